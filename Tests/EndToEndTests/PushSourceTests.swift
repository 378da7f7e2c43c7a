import Foundation
import TestSupport
import Testing

/// What `push` takes as the image: never another one than the user named.
@Suite(.timed, .timeLimit(.minutes(5))) struct PushSourceTests {
    @Test(
        "an image with another name is not pushed, and is listed as a command",
        arguments: ["layout", "archive", "variable"]
    )
    func otherName(kind: String) async throws {
        let work = try Workspace()
        try work.write(Modules.tiny, to: "plugin.wasm")
        let destination = kind == "archive" ? ["--archive", "big.tar"] : ["--layout", "L"]
        let built = try await work.start(["build", "-t", "example.com/team/big:v1"] + destination).wait()
        #expect(built.status == 0, "\(built)")
        let source = ["layout": ["--layout", "L"], "archive": ["big.tar"], "variable": []][kind] ?? []
        let place = kind == "archive" ? "big.tar" : "L"
        let run = try await work.start(
            ["push", "127.0.0.1:1/other/name:v1"] + source,
            adding: kind == "variable" ? ["WASMPACK_LAYOUT": "L"] : [:]
        ).wait()
        #expect(run.status == 66, "\(run)")
        #expect(
            run.errorText.contains(
                "error[not-found]: \(place) has no image named 127.0.0.1:1/other/name:v1\n"
            ),
            "\(run)"
        )
        #expect(run.errorText.contains("it has example.com/team/big:v1"), "\(run)")
        let line = "wasmpack push 127.0.0.1:1/other/name:v1 \(place):v1"
        #expect(run.errorText.hasSuffix("try: \(line)\n"), "\(run)")
        // Nothing listens on port 1: the suggested command gets as far as the network.
        let meant = try await work.start(line.split(separator: " ").dropFirst().map(String.init)).wait()
        #expect(meant.status == 69, "\(meant)")
    }

    @Test(
        "a push writes nothing into the layout that it reads",
        arguments: [[], ["--verify"], ["--dry-run"]]
    )
    func readOnly(options: [String]) async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        try work.write(Modules.plugin, to: "plugin.wasm")
        let reference = "\(registry.name)/a/b:v1"
        let built = try await work.run("build", "plugin.wasm", "-t", reference)
        #expect(built.status == 0, "\(built)")
        // A file that is created and removed again changes the time of its folder.
        let old = Date(timeIntervalSince1970: 1_000_000_000)
        let folders = ["plugin-oci", "plugin-oci/blobs", "plugin-oci/blobs/sha256"]
        for folder in folders {
            try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: work.path(folder))
        }
        let run = try await work.start(["push", reference, "--plain-http"] + options).wait()
        #expect(run.status == 0, "\(run)")
        for folder in folders {
            let attributes = try FileManager.default.attributesOfItem(atPath: work.path(folder))
            #expect(attributes[.modificationDate] as? Date == old, "\(folder)")
        }
    }

    @Test func `the only image is pushed if it has no name`() async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        try work.write(Modules.tiny, to: "plugin.wasm")
        let built = try await work.run("build")
        let pushed = try await work.run("push", "\(registry.name)/test/plugin:v1", "--plain-http")
        #expect(pushed.status == 0, "\(pushed)")
        #expect(pushed.outputText.hasSuffix("@\(built.outputText)"), "\(pushed)")
        // A second image without a name takes its place; a named one beside it does not count.
        _ = try await work.run("build", "-t", "example.com/a:v1")
        let both = try await work.run("push", "\(registry.name)/test/plugin:v2", "--plain-http")
        #expect(both.status == 66, "\(both)")
        #expect(both.errorText.contains("plugin-oci:v1"), "\(both)")
        #expect(both.errorText.contains("plugin-oci@sha256:"), "\(both)")
    }

    @Test func `a folder with a Dockerfile means the same for push and build`() async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        let reference = "\(registry.name)/test/plugin:v1"
        try work.write(Modules.tiny, to: "project/plugin.wasm")
        try work.write(Modules.plugin, to: "project/other.wasm")
        try work.write(Array("FROM scratch\nADD other.wasm ./plugin.wasm\n".utf8), to: "project/Dockerfile")
        let built = try await work.run("build", "project", "--layout", "L")
        let digest = built.outputText
        for arguments in [["project"], ["project/Dockerfile"]] {
            let pushed = try await work.start(["push", reference] + arguments + ["--plain-http"]).wait()
            #expect(pushed.status == 0, "\(pushed)")
            #expect(pushed.outputText.hasSuffix("@\(digest)"), "\(pushed)")
        }
        // The same without an argument in the folder itself.
        let inside = try await RunningProgram(
            Workspace.program,
            ["push", reference, "--plain-http"],
            environment: work.environment,
            in: work.folder.appending(path: "project")
        ).wait()
        #expect(inside.outputText.hasSuffix("@\(digest)"), "\(inside)")
    }

    @Test func `a module is packed with the same options as in build`() async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        let reference = "\(registry.name)/test/plugin:v1"
        try work.write(Modules.plugin, to: "plugin.wasm")
        let options = [
            "--annotation", "a=b", "--label", "c=d", "--created", "86400", "--format", "image",
            "--compression-level", "9",
        ]
        let built = try await work.start(["build"] + options).wait()
        let pushed = try await work.start(["push", reference, "plugin.wasm", "--plain-http"] + options).wait()
        #expect(pushed.status == 0, "\(pushed)")
        #expect(pushed.outputText.hasSuffix("@\(built.outputText)"), "\(pushed)")
        let rejected = try await work.start(["push", reference, "plugin-oci", "--label", "a=b"]).wait()
        #expect(rejected.status == 64, "\(rejected)")
        #expect(rejected.errorText.contains("--label applies to new images only"), "\(rejected)")
    }

    static let missing: [(arguments: [String], line: String)] = [
        (["push", "example.com/a:v1", "no.wasm"], "wasmpack push example.com/a:v1 plugin.wasm"),
        (["push", "example.com/a:v1", "bgi.wasm"], "wasmpack push example.com/a:v1 big.wasm"),
        (["build", "plugn.wasm"], "wasmpack build plugin.wasm"),
        (["check", "bag.wasm"], "use big.wasm"),
        (["inspect", "x/no.wasm"], "use x/only.wasm"),
    ]

    @Test("a missing module is answered with the nearest name and the same command", arguments: missing)
    func nearest(arguments: [String], line: String) async throws {
        let work = try Workspace()
        for name in ["plugin.wasm", "big.wasm", "x/only.wasm"] { try work.write(Modules.tiny, to: name) }
        let run = try await work.start(arguments).wait()
        #expect(run.status == 66, "\(run)")
        #expect(run.errorText.contains("try: \(line)\n"), "\(run)")
    }

    static let projects: [(files: [String], taken: String?, why: String)] = [
        (["main.wasm"], "main.wasm", "TinyGo"),
        (
            ["target/wasm32-wasip1/release/my_plugin.wasm", "src/lib.rs"],
            "target/wasm32-wasip1/release/my_plugin.wasm", "Rust"
        ),
        (["build/release.wasm"], "build/release.wasm", "AssemblyScript"),
        (["dist/out.wasm"], "dist/out.wasm", "others"),
        (["plugin.wasm", "build/a.wasm"], "plugin.wasm", "plugin.wasm comes first"),
        (["build/a.wasm", "dist/b.wasm"], nil, "several"),
        (
            ["target/wasm32-wasip1/debug/x.wasm", "target/x86_64/release/y.wasm"], nil,
            "other folders do not count"
        ),
    ]

    @Test("finds the module where compilers put it", arguments: projects)
    func project(files: [String], taken: String?, why: String) async throws {
        let work = try Workspace()
        for file in files { try work.write(Modules.tiny, to: file) }
        let built = try await work.run("build", "--layout", "L")
        // Nothing listens on port 1: push gets as far as the network.
        let pushed = try await work.run("push", "127.0.0.1:1/a/b:v1")
        guard let taken else {
            #expect(built.status == 66, "\(why): \(built)")
            #expect(pushed.status == 66, "\(why): \(pushed)")
            for file in files where files.contains("build/a.wasm") {
                #expect(built.errorText.contains("wasmpack build \(file) --layout L\n"), "\(built)")
                #expect(pushed.errorText.contains("wasmpack push 127.0.0.1:1/a/b:v1 \(file)\n"), "\(pushed)")
            }
            return
        }
        #expect(built.status == 0, "\(why): \(built)")
        #expect(built.errorText.contains("packed   \(taken)  "), "\(why): \(built)")
        #expect(pushed.status == 69, "\(why): \(pushed)")
        #expect(pushed.errorText.contains("packed   \(taken)  "), "\(why): \(pushed)")
        // With a layout, push never looks for a module.
        _ = try await work.run("build", "-t", "example.com/a:v1")
        let layout = try await work.run("push", "127.0.0.1:1/a/b:v1")
        #expect(layout.status == 66, "\(layout)")
    }
}
