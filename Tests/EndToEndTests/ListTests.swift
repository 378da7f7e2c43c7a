import Foundation
import TestSupport
import Testing

/// `ls`: the images of a layout or an archive.
@Suite(.timed, .timeLimit(.minutes(5))) struct ListTests {
    struct Document: Decodable {
        struct Image: Decodable, Equatable {
            let name, created, problem: String?
            let digest: String
            let size: Int?
        }
        let images: [Image]
    }

    private func list(_ work: Workspace, _ arguments: String...) async throws -> [Document.Image] {
        let run = try await work.start(["ls"] + arguments + ["--json"]).wait()
        #expect(run.status == 0, "\(run)")
        return try JSONDecoder().decode(Document.self, from: run.outputBytes).images
    }

    @Test func `lists name, digest, size and creation time of each image`() async throws {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "one.wasm")
        try work.write(Modules.tiny, to: "two.wasm")
        let one = try await work.run("build", "one.wasm", "-t", "example.com/a/one:v1")
        let two = try await work.run("build", "two.wasm", "--created", "86400")
        let images = try await list(work)
        #expect(images.map(\.name) == ["example.com/a/one:v1", nil])
        let created = images.compactMap(\.created)
        #expect(created == ["1970-01-01T00:00:00Z", "1970-01-02T00:00:00Z"])
        // The manifest, the config and the layer.
        #expect(images[0].size == 454 + 414 + 711)
        #expect(one.outputText.hasSuffix("@\(images[0].digest)\n"))
        #expect(two.outputText == "\(images[1].digest)\n")
        #expect(try await list(work, "plugin-oci:v1") == [images[0]])
        #expect(try await list(work, "plugin-oci") == images)

        let text = try await work.run("ls", "plugin-oci")
        let lines = text.outputText.split(separator: "\n")
        #expect(lines.first == "example.com/a/one:v1  \(images[0].digest)  1.5 KiB  1970-01-01T00:00:00Z")
        #expect(lines.last?.hasPrefix("-                     sha256:") == true, "\(text)")
    }

    @Test func `lists an archive`() async throws {
        let work = try Workspace()
        try work.write(Modules.tiny, to: "plugin.wasm")
        _ = try await work.run(
            "build",
            "-t",
            "example.com/a:v1",
            "-t",
            "example.com/a:v2",
            "--archive",
            "x.tar"
        )
        #expect(try await list(work, "x.tar").map(\.name) == ["example.com/a:v1", "example.com/a:v2"])
    }

    @Test func `lists a damaged image with its problem`() async throws {
        let work = try Workspace()
        try work.write(Modules.tiny, to: "plugin.wasm")
        let built = try await work.run("build", "-t", "example.com/a:v1")
        let digest = try #require(built.outputText.split(separator: ":").last).dropLast()
        try work.write(Array("{}".utf8), to: "plugin-oci/blobs/sha256/\(digest)")
        let images = try await list(work)
        #expect(images.count == 1)
        #expect(images[0].size == nil)
        #expect(images[0].problem?.contains("does not match the digest in its name") == true)
    }

    @Test func `aligns columns by the width of characters`() async throws {
        let work = try Workspace()
        try work.write(Modules.tiny, to: "plugin.wasm")
        for tag in ["one", "two", "three"] { _ = try await work.run("build", "-t", "example.com/a:\(tag)") }
        // Other programs write such names. Two wide characters, and a letter of two scalars.
        var index = String(decoding: try work.bytes(of: "plugin-oci/index.json"), as: UTF8.self)
        index = index.replacing("example.com/a:one", with: String(repeating: "版本", count: 8)).replacing(
            "example.com/a:two",
            with: "e\u{301}e"
        )
        try work.write(index.utf8, to: "plugin-oci/index.json")
        let run = try await work.run("ls", "plugin-oci")
        let lines = run.outputText.split(separator: "\n")
        #expect(lines.count == 3, "\(run)")
        let starts = [
            String(repeating: "版本", count: 8) + "  ", "e\u{301}e" + String(repeating: " ", count: 32),
        ]
        for start in starts { #expect(lines.contains { $0.hasPrefix("\(start)sha256:") }, "\(run)") }
    }

    static let elsewhere: [(arguments: [String], status: Int32, line: String?)] = [
        (["ls", "example.com/team/plugin"], 64, "wasmpack tags example.com/team/plugin"),
        (["ls", "example.com/team/plugin:v1"], 64, "wasmpack tags example.com/team/plugin"),
        (["ls", "notes.txt"], 64, nil),
        (["verify", "notes.txt"], 64, nil),
        (["digest", "notes.txt"], 64, nil),
        (["verify", "plugin.wasm"], 64, "wasmpack inspect plugin.wasm"),
        (["digest", "plugin.wasm"], 64, "wasmpack build plugin.wasm"),
        (["ls", "plugin.wasm"], 64, "wasmpack inspect plugin.wasm"),
        (["ls", "plugin-oci", "--layout", "x"], 64, "wasmpack help ls"),
        (["ls"], 66, "wasmpack build plugin.wasm --layout plugin-oci"),
        (["tags", "folder"], 64, "wasmpack ls folder"),
    ]

    @Test("says which command lists something else", arguments: elsewhere)
    func others(arguments: [String], status: Int32, line: String?) async throws {
        let work = try Workspace()
        try work.write(Modules.tiny, to: "plugin.wasm")
        try work.write([], to: "folder/file")
        try work.write(Array("a: b\n".utf8), to: "notes.txt")
        let run = try await work.start(arguments).wait()
        #expect(run.status == status, "\(run)")
        guard let line else {
            // A file that is neither a module nor an image.
            #expect(run.errorText.hasPrefix("error[usage]: notes.txt is not an image\n  why: "), "\(run)")
            return #expect(!run.errorText.contains("module"), "\(run)")
        }
        #expect(run.errorText.contains("try: \(line)\n"), "\(run)")
    }
}
