import Foundation
import TestSupport
import Testing

/// Options and variables that the other suites do not use: each behaves as documented.
@Suite(.long, .timed, .timeLimit(.minutes(5))) struct OptionLongTests {
    private static let zeros = "sha256:" + String(repeating: "0", count: 64)

    @Test func `--quiet prints only errors`() async throws {
        let work = try Workspace()
        try work.write(Modules.tiny, to: "plugin.wasm")
        let built = try await work.run("build", "-q")
        #expect(built.status == 0, "\(built)")
        #expect(built.errorText.isEmpty, "\(built)")
        #expect(built.outputText.hasPrefix("sha256:"))
        let failed = try await work.run("build", "nope.wasm", "-q")
        #expect(failed.status == 66, "\(failed)")
        #expect(failed.errorText.hasPrefix("error[file-missing]: "), "\(failed)")
        #expect(failed.errorText.split(separator: "\n").count == 3, "only the error: \(failed)")
        #expect(failed.outputText.isEmpty)
    }

    @Test func `--layout has priority over WASMPACK_LAYOUT`() async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        let reference = "\(registry.name)/test/plugin:v1"
        let variable = ["WASMPACK_LAYOUT": "from-variable"]
        try work.write(Modules.plugin, to: "one.wasm")
        try work.write(Modules.tiny, to: "two.wasm")
        let one = try await work.run("build", "one.wasm", "-t", reference, adding: variable)
        #expect(one.status == 0, "\(one)")
        let index = try work.bytes(of: "from-variable/index.json")
        let two = try await work.run(
            "build",
            "two.wasm",
            "-t",
            reference,
            "--layout",
            "from-flag",
            adding: variable
        )
        #expect(two.status == 0, "\(two)")
        #expect(one.outputText != two.outputText)
        #expect(try work.bytes(of: "from-variable/index.json") == index)
        #expect(try work.names() == ["from-flag", "from-variable", "home", "one.wasm", "two.wasm"])

        let first = try await work.run("push", reference, "--plain-http", adding: variable)
        #expect(first.status == 0, "\(first)")
        #expect(first.outputText == one.outputText)
        let second = try await work.run(
            "push",
            reference,
            "--plain-http",
            "--layout",
            "from-flag",
            adding: variable
        )
        #expect(second.status == 0, "\(second)")
        #expect(second.outputText == two.outputText)
    }

    @Test func `the compression level changes the layer but not its content`() async throws {
        struct Document: Decodable {
            struct Part: Decodable, Equatable {
                let role, digest: String
                let size: Int
            }
            let diffID: String
            let parts: [Part]

            var layer: Part? { parts.first { $0.role == "layer" } }
            var config: Part? { parts.first { $0.role == "config" } }
        }
        let work = try Workspace()
        try work.write(Modules.large(300_000), to: "plugin.wasm")
        func build(_ level: String) async throws -> Document {
            let run = try await work.run("build", "--compression-level", level, "--layout", level, "--json")
            #expect(run.status == 0, "\(run)")
            return try JSONDecoder().decode(Document.self, from: run.outputBytes)
        }
        let (fast, small) = (try await build("1"), try await build("9"))
        #expect(fast.diffID == small.diffID)
        #expect(fast.config == small.config)
        let (fastLayer, smallLayer) = (try #require(fast.layer), try #require(small.layer))
        #expect(fastLayer.digest != smallLayer.digest)
        #expect(fastLayer.size != smallLayer.size)
        for level in ["0", "10", "best"] {
            let rejected = try await work.run("build", "--compression-level", level)
            #expect(rejected.status == 64, "\(rejected)")
        }
    }

    @Test func `verify exits 1 for an unexpected digest`() async throws {
        let work = try Workspace()
        try work.write(Modules.tiny, to: "plugin.wasm")
        let built = try await work.run("build")
        let run = try await work.run("verify", "plugin-oci", "--expect", Self.zeros)
        #expect(run.status == 1, "\(run)")
        #expect(run.outputText.contains("\nFAIL     expected"), "\(run)")
        #expect(run.outputText.contains("expected \(Self.zeros)\n         found sha256:"), "\(run)")
        let digest = built.outputText.trimmingCharacters(in: .newlines)
        let right = try await work.run("verify", "plugin-oci", "--expect", digest)
        #expect(right.status == 0, "\(right)")
    }

    static let colors: [(flags: [String], variables: [String: String], isColored: Bool)] = [
        (["--color", "always"], [:], true),
        (["--color", "always"], ["NO_COLOR": "1"], true),
        ([], ["CLICOLOR_FORCE": "1"], true),
        ([], ["CLICOLOR_FORCE": "1", "NO_COLOR": "1"], false),
        ([], ["NO_COLOR": "1"], false),
        (["--color", "never"], ["CLICOLOR_FORCE": "1"], false),
        // Standard error is a file here.
        ([], [:], false),
    ]

    @Test("colors errors and warnings as the options and variables say", arguments: colors.indices)
    func color(number: Int) async throws {
        let (flags, variables, isColored) = Self.colors[number]
        let work = try Workspace()
        try work.write(Modules.plugin, to: "one.wasm")
        try work.write(Modules.tiny, to: "two.wasm")
        let failed = try await work.start(["build", "nope.wasm"] + flags, adding: variables).wait()
        #expect(failed.status == 66, "\(failed)")
        _ = try await work.run("build", "one.wasm", "-t", "example.com/a:v1")
        let warned = try await work.start(
            ["build", "two.wasm", "-t", "example.org/b:v1"] + flags,
            adding: variables
        ).wait()
        #expect(warned.status == 0, "\(warned)")
        if isColored {
            #expect(failed.errorText.hasPrefix("\u{1B}[31merror[file-missing]:\u{1B}[0m "), "\(failed)")
            #expect(warned.errorText.contains("\u{1B}[33mwarning\u{1B}[0m"), "\(warned)")
        } else {
            #expect(failed.errorText.hasPrefix("error[file-missing]"), "\(failed)")
            #expect(warned.errorText.contains("  warning  "), "\(warned)")
            #expect(!(failed.errorText + warned.errorText).contains("\u{1B}"))
        }
        #expect(!warned.outputText.contains("\u{1B}"))
    }

    @Test func `build rejects a digest as a name`() async throws {
        let work = try Workspace()
        try work.write(Modules.tiny, to: "plugin.wasm")
        let run = try await work.run("build", "-t", "example.com/a:v1@\(Self.zeros)")
        #expect(run.status == 64, "\(run)")
        #expect(run.errorText.contains("error[reference-invalid]"), "\(run)")
        #expect(run.errorText.contains("the digest is computed from the image"), "\(run)")
        #expect(!work.exists("plugin-oci"))
    }

    @Test func `does not pull a plugin that is not a module`() async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        let reference = "\(registry.name)/test/plugin:v1"
        try work.write(Array("hello, proxy\n".utf8), to: "text")
        let made = try await work.other(Python.path, "-c", Self.imageOfText)
        try #require(made.status == 0, "\(made)")
        let pushed = try await work.run("copy", "by-hand", reference, "--to-plain-http")
        #expect(pushed.status == 0, "\(pushed)")
        let pulled = try await work.run("pull", reference, "--plain-http")
        #expect(pulled.status == 65, "\(pulled)")
        #expect(
            pulled.errorText.contains("error[not-wasm]: plugin.wasm is not a WebAssembly module"),
            "\(pulled)"
        )
        #expect(pulled.errorText.contains("hello, proxy"), "\(pulled)")
        #expect(!work.exists("plugin.wasm"))
    }

    @Test("accepts a password with any line end, or none", arguments: ["\r\n", "\n", ""])
    func passwordLines(end: String) async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry("--auth", "basic", "--user", "ci:hush-word")
        try work.write(Modules.tiny, to: "module.wasm")
        let run = try await work.run(
            "push",
            "\(registry.name)/test/plugin:v1",
            "module.wasm",
            "--plain-http",
            "--username",
            "ci",
            "--password-stdin",
            input: "hush-word" + end
        )
        #expect(run.status == 0, "\(run)")
        #expect(!run.description.contains("hush-word"))
    }

    /// A layout whose `plugin.wasm` is the file `text`, created without wasmpack, which would reject it.
    private static let imageOfText = """
        import gzip, hashlib, io, json, os, tarfile
        os.makedirs("by-hand/blobs/sha256")
        def blob(kind, data):
            name = hashlib.sha256(data).hexdigest()
            open("by-hand/blobs/sha256/" + name, "wb").write(data)
            return {"mediaType": "application/vnd.oci.image." + kind, "digest": "sha256:" + name, "size": len(data)}
        tar = io.BytesIO()
        with tarfile.open(fileobj=tar, mode="w") as archive:
            archive.add("text", "plugin.wasm")
        layer = blob("layer.v1.tar+gzip", gzip.compress(tar.getvalue()))
        config = {"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers",
            "diff_ids": ["sha256:" + hashlib.sha256(tar.getvalue()).hexdigest()]}}
        config = blob("config.v1+json", json.dumps(config).encode())
        kind = "application/vnd.oci.image.manifest.v1+json"
        manifest = {"schemaVersion": 2, "mediaType": kind, "config": config, "layers": [layer]}
        manifest = blob("manifest.v1+json", json.dumps(manifest).encode())
        index = {"schemaVersion": 2, "manifests": [manifest]}
        open("by-hand/index.json", "w").write(json.dumps(index))
        open("by-hand/oci-layout", "w").write('{"imageLayoutVersion": "1.0.0"}')
        """
}
