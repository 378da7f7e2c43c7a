import Foundation
import TestSupport
import Testing

/// Where results are written, and which side effects must not happen.
@Suite(.timed, .timeLimit(.minutes(5))) struct OutputTests {
    @Test func `writes to a device or a pipe instead of replacing it`() async throws {
        let work = try Workspace()
        try work.write(Modules.tiny, to: "plugin.wasm")
        let script = """
            mkfifo pipe || exit 9
            cat pipe >came &
            \(Workspace.program) build -q --digest-file pipe >printed || exit 8
            wait
            test -p pipe
            """
        let run = try await work.other("sh", "-c", script)
        #expect(run.status == 0, "\(run)")
        #expect(try work.bytes(of: "came") + Array("\n".utf8) == work.bytes(of: "printed"))
    }

    @Test func `replaces the target of a symbolic link, not the link`() async throws {
        let work = try Workspace()
        try work.write(Modules.tiny, to: "plugin.wasm")
        try work.write(Array("old".utf8), to: "real")
        try FileManager.default.createSymbolicLink(atPath: work.path("link"), withDestinationPath: "real")
        let run = try await work.run("build", "--digest-file", "link")
        #expect(run.status == 0, "\(run)")
        #expect(String(decoding: try work.bytes(of: "real"), as: UTF8.self) + "\n" == run.outputText)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: work.path("link")) == "real")
        try FileManager.default.createSymbolicLink(
            atPath: work.path("dangling"),
            withDestinationPath: "nothing"
        )
        let dangling = try await work.run("build", "--digest-file", "dangling")
        #expect(dangling.status == 74, "\(dangling)")
        #expect(dangling.errorText.contains("dangling symbolic link"))
    }

    @Test func `reports an unwritable digest file before doing anything`() async throws {
        let work = try Workspace()
        try work.write(Modules.tiny, to: "plugin.wasm")
        let build = try await work.run("build", "--digest-file", "no/such/folder")
        #expect(build.status == 74, "\(build)")
        #expect(!work.exists("plugin-oci"))
        let input = try await work.run("build", "plugin.wasm", "--digest-file", "./plugin.wasm")
        #expect(input.status == 64, "\(input)")
        #expect(try work.bytes(of: "plugin.wasm") == Modules.tiny)
        let registry = try await ScriptedRegistry()
        let push = try await work.run(
            "push",
            "\(registry.name)/a/b:v1",
            "plugin.wasm",
            "--plain-http",
            "--digest-file",
            "no/such/folder"
        )
        #expect(push.status == 74, "\(push)")
        #expect(try await registry.requests().isEmpty)
    }

    @Test("rejects a long option with one dash", arguments: ["-plain-http", "-help", "-tag"])
    func joined(option: String) async throws {
        let run = try await Workspace().run("push", "127.0.0.1:1/a/b:v1", option)
        #expect(run.status == 64, "\(run)")
        #expect(run.outputText.isEmpty)
        #expect(run.errorText.contains("try: write -\(option)"))
    }

    @Test func `rejects an argument that is not valid UTF-8`() async throws {
        let work = try Workspace()
        try work.write(Modules.tiny, to: "plugin.wasm")
        let run = try await work.other(
            "sh",
            "-c",
            "exec \(Workspace.program) build plugin.wasm --layout \"$(printf 'a\\377')\""
        )
        #expect(run.status == 64, "\(run)")
        #expect(try work.names() == ["home", "plugin.wasm"])
    }

    @Test func `a pull requests the manifest once`() async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        try work.write(Modules.plugin, to: "module.wasm")
        let reference = "\(registry.name)/a/b:v1"
        _ = try await work.run("push", reference, "module.wasm", "--plain-http")
        let before = try await registry.requests().count
        let pulled = try await work.run("pull", reference, "--plain-http")
        #expect(pulled.status == 0, "\(pulled)")
        let requests = try await registry.requests().dropFirst(before)
        #expect(
            requests.filter { $0.hasPrefix("GET") && $0.contains("/manifests/") }.count == 1,
            "\(requests)"
        )
    }

    @Test func `a failed pull leaves no layout, and a reading command creates no folder`() async throws {
        let work = try Workspace()
        let missing = try await work.run("pull", "127.0.0.1:1/a/b:v1", "--layout", "new")
        #expect(missing.status == 69, "\(missing)")
        #expect(!work.exists("new"))
        let registry = try await ScriptedRegistry()
        try work.write(Modules.large(3_000_000), to: "module.wasm")
        let reference = "\(registry.name)/a/b:v1"
        _ = try await work.run("push", reference, "module.wasm", "--plain-http")
        let temporary = try work.ownTemporaryFolder()
        let piped = try await work.other(
            "sh",
            "-c",
            "TMPDIR=\(temporary["TMPDIR"] ?? "") \(Workspace.program) pull \(reference) --plain-http -o - | head -c 3"
        )
        #expect(piped.outputBytes.count == 3)
        #expect(try work.names(in: "tmp").isEmpty)
    }

    @Test func `does not remove the blobs of another layout behind a symbolic link`() async throws {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "one.wasm")
        try work.write(Modules.tiny, to: "two.wasm")
        _ = try await work.run("build", "one.wasm", "--layout", "a")
        try FileManager.default.createDirectory(
            atPath: work.path("b/blobs"),
            withIntermediateDirectories: true
        )
        try FileManager.default.createSymbolicLink(
            atPath: work.path("b/blobs/sha256"),
            withDestinationPath: "../../a/blobs/sha256"
        )
        let other = try await work.run("build", "two.wasm", "--layout", "b")
        #expect(other.status == 0, "\(other)")
        #expect(try await work.run("verify", "a").status == 0)
    }

    @Test func `finds an entry with a wrong size, also beside a correct one`() async throws {
        let work = try Workspace()
        try work.write(Modules.tiny, to: "plugin.wasm")
        _ = try await work.run("build", "-t", "example.com/a:v1", "-t", "example.com/a:v2")
        let text = String(decoding: try work.bytes(of: "plugin-oci/index.json"), as: UTF8.self)
        let range = try #require(text.range(of: #""size":"#, options: .backwards))
        var wrong = text
        wrong.insert("1", at: range.upperBound)
        try work.write(Array(wrong.utf8), to: "plugin-oci/index.json")
        let run = try await work.run("verify", "plugin-oci")
        #expect(run.status == 1, "\(run)")
    }
}

/// With a module of 260 MB.
@Suite(.long, .timed, .timeLimit(.minutes(10))) struct LargeInterruptionLongTests {
    @Test func `reacts to an interruption while it unpacks or hashes a large module`() async throws {
        let work = try Workspace()
        let size = 260_000_000
        let content = size - 14
        var head: [UInt8] = [0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00, 0x00]
        head += (0..<5).map { UInt8((content >> (7 * $0)) & 0x7F) | ($0 < 4 ? 0x80 : 0) }
        try work.write(head + [1, 0x61], to: "large.wasm")
        let file = try FileHandle(forWritingTo: URL(filePath: work.path("large.wasm")))
        try file.truncate(atOffset: UInt64(size))
        try file.close()
        let registry = try await ScriptedRegistry()
        let reference = "\(registry.name)/a/b:v1"
        let pushed = try await work.run("push", reference, "large.wasm", "--plain-http", "--no-check")
        #expect(pushed.status == 0, "\(pushed)")
        let run = try await interruptedPull(of: reference, in: work)
        #expect(run.status == 130, "\(run)")
        #expect(run.errorText.contains("error[interrupted]"), "\(run)")
        #expect(run.outputText.isEmpty)
        #expect(try work.names() == ["home", "large.wasm", "tmp"])
        #expect(try work.names(in: "tmp").isEmpty)
    }

    /// Interrupts a pull while the temporary file of the module grows.
    ///
    /// Tries again if the machine is too fast or too busy.
    private func interruptedPull(of reference: String, in work: Workspace) async throws -> CommandLineRun {
        func isGrowing() throws -> Bool {
            try work.names().contains { name in
                let size = try? FileManager.default.attributesOfItem(atPath: work.path(name))[.size] as? Int
                return name.hasPrefix(".wasmpack-") && (size ?? 0) > 1_000_000
            }
        }
        while true {
            let running = try work.start(
                ["pull", reference, "--plain-http"],
                adding: work.ownTemporaryFolder()
            )
            try await wait(for: "a growing file") { try running.hasEnded || isGrowing() }
            running.signal(SIGINT)
            let run = try await running.wait()
            if run.status != 0 { return run }
            try FileManager.default.removeItem(atPath: work.path("plugin.wasm"))
        }
    }
}

extension OutputTests {
    static let withoutFolder: [(arguments: [String], status: Int32, phrase: String?, why: String)] = [
        (["push", "REF", "--no-check"], 0, "up to date", "an image of a layout"),
        (["tags", "REPO"], 0, nil, "a list"),
        (["tag", "REF", "v2"], 0, "tagged", "a tag"),
        (["copy", "plugin-oci", "copied-oci"], 0, "copied", "a copy between folders"),
        (["copy", "plugin-oci", "copied.tar"], 0, "copied", "a new archive"),
        (["push", "REF", "no.wasm"], 66, "no such file", "an error in the arguments"),
        (["push", "REF", "plugin.wasm"], 74, "directory for temporary files", "a module that is packed"),
    ]

    @Test("needs a folder for temporary files only to write them", arguments: withoutFolder)
    func folder(arguments: [String], status: Int32, phrase: String?, why: String) async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        let reference = "\(registry.name)/a/b:v1"
        try work.write(Modules.plugin, to: "plugin.wasm")
        #expect(try await work.run("build", "plugin.wasm", "-t", reference).status == 0)
        #expect(try await work.run("push", reference, "--plain-http").status == 0)
        let command = arguments.map { ["REF": reference, "REPO": "\(registry.name)/a/b"][$0] ?? $0 }
        let run = try await work.start(
            command + (command[0] == "copy" ? ["--no-progress"] : ["--plain-http"]),
            adding: ["TMPDIR": "/nonexistent"]
        ).wait()
        #expect(run.status == status, "\(why): \(run)")
        if let phrase { #expect(run.errorText.contains(phrase), "\(why): \(run)") }
    }
}
