import Foundation
import TestSupport
import Testing

/// Local invalid input: the correct exit status, one explained error, no files left behind.
@Suite(.timed, .timeLimit(.minutes(5))) struct BadInputTests {
    static let files: [(name: String, bytes: [UInt8], code: String, status: Int32, phrase: String)] = [
        ("empty.wasm", [], "not-wasm", 65, "is empty"),
        ("text.wasm", Array("hello, proxy\n".utf8), "not-wasm", 65, "\"hello, proxy\""),
        (
            "lfs.wasm", Array("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n".utf8),
            "not-wasm", 65,
            "git lfs pull"
        ),
        ("component.wasm", [0, 0x61, 0x73, 0x6D, 0x0D, 0, 1, 0], "wasm-component", 65, "is a component"),
        (
            "version.wasm", [0, 0x61, 0x73, 0x6D, 2, 0, 0, 0], "wasm-malformed", 65,
            "unknown WebAssembly version"
        ),
        ("cut.wasm", [0, 0x61, 0x73, 0x6D, 1, 0], "wasm-malformed", 65, "the preamble has 8"),
        (
            "section.wasm", [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0, 1, 5, 1], "wasm-malformed", 65,
            "the file seems truncated"
        ),
        ("gzip.wasm", [0x1F, 0x8B, 8, 0], "not-wasm", 65, "gzip"),
        ("elf.wasm", [0x7F, 0x45, 0x4C, 0x46, 2], "not-wasm", 65, "wasm32"),
    ]

    @Test("build and push reject a file that is not a module", arguments: files)
    func notModules(name: String, bytes: [UInt8], code: String, status: Int32, phrase: String) async throws {
        let work = try Workspace()
        try work.write(bytes, to: name)
        for arguments in [["build", name], ["push", "127.0.0.1:1/a/b:v1", name]] {
            let run = try await work.start(arguments).wait()
            #expect(run.status == status, "\(run)")
            #expect(run.outputText.isEmpty)
            #expect(run.errorText.contains("error[\(code)]"), "\(run)")
            #expect(run.errorText.contains(phrase), "\(run)")
        }
        #expect(try work.files(below: "plugin-oci/blobs").isEmpty)
    }

    static let commands: [(arguments: [String], code: String, status: Int32, phrase: String)] = [
        (["build", "nope.wasm"], "file-missing", 66, "has main.wasm"),
        (["build", "nowhere/plugin.wasm"], "file-missing", 66, "the directory nowhere does not exist"),
        (["build", "folder"], "plugin-missing", 66, "the directory has no .wasm file"),
        (["build", "modules"], "plugin-missing", 66, "wasmpack build modules/other.wasm"),
        (["build", "main.wasm", "-t", "example.com/a"], "reference-invalid", 64, "has no tag"),
        (["build", "main.wasm", "-t", "example.com/a:v0.0.1+build5"], "tag-invalid", 64, "v0.0.1-build5"),
        (
            ["build", "main.wasm", "-t", "ghcr.io/Me/Plugin:v1"], "repository-uppercase", 64,
            "ghcr.io/me/plugin:v1"
        ),
        (
            ["build", "main.wasm", "-t", "example.com/a b:v1"], "reference-invalid", 64,
            "a space at character 14"
        ),
        (
            ["build", "main.wasm", "-t", "https://example.com/a:v1"], "reference-invalid", 64,
            "example.com/a:v1"
        ),
        (
            ["build", "main.wasm", "--layout", "folder-with-things"], "file-unwritable", 74,
            "not an OCI image layout"
        ),
        (["build", "main.wasm", "--layout", "main.wasm"], "file-unwritable", 74, "not an OCI image layout"),
        (["build", "main.wasm", "--annotation", "nokey"], "usage", 64, "KEY=VALUE"),
        (["build", "main.wasm", "--created", "yesterday"], "usage", 64, "is not a time"),
        (["push", "example.com/a:v1", "--layout", "no-oci"], "layout-missing", 66, "wasmpack build"),
        (["push", "example.com/a"], "reference-invalid", 64, "has no tag"),
        (
            ["push", "main.wasm", "example.com/a:v1"], "arguments-swapped", 64,
            "wasmpack push example.com/a:v1 main.wasm"
        ),
        (["push", "example.com/a:v1", "no-layout"], "file-missing", 66, "no such file"),
        (
            ["pull", "example.com/a:v1", "-o", "main.wasm/x/y.wasm"], "file-unwritable", 74,
            "main.wasm is not a directory"
        ),
        // Nothing listens there; the folder is removed again.
        (["pull", "127.0.0.1:1/a:v1", "-o", "no/such/place.wasm"], "refused", 69, "127.0.0.1:1"),
        (["verify", "nope"], "file-missing", 66, "no such file"),
        (["verify", "folder"], "layout-missing", 66, "neither oci-layout nor index.json"),
        (["verify", "main.wasm"], "usage", 64, "is a module"),
        (["verify", "folder@sha256:ABC"], "digest-invalid", 64, "64 lower-case"),
        (["inspect", "user:hush@example.com/a:v1"], "reference-invalid", 64, "a user name or password"),
        (["pusj", "x"], "usage", 64, "wasmpack push"),
        (["upload"], "usage", 64, "wasmpack push"),
    ]

    @Test("explains an invalid command line", arguments: commands)
    func wrongCommands(arguments: [String], code: String, status: Int32, phrase: String) async throws {
        let work = try Workspace()
        try work.write(Modules.tiny, to: "main.wasm")
        try work.write(Modules.tiny, to: "modules/other.wasm")
        try work.write(Modules.tiny, to: "folder-with-things/thing")
        try work.write([], to: "folder/.keep")
        let before = try work.names()
        let run = try await work.start(arguments).wait()
        #expect(run.status == status, "\(run)")
        #expect(run.errorText.contains("error[\(code)]"), "\(run)")
        #expect(run.errorText.contains(phrase), "\(run)")
        #expect(run.outputText.isEmpty)
        #expect(try work.names() == before)
        let document = try await work.start(arguments + ["--json"]).wait()
        #expect(document.status == status)
        #expect(
            document.outputText.hasPrefix(#"{"error":{"code":"\#(code)","exit":\#(status)"#),
            "\(document)"
        )
        #expect(document.outputText.split(separator: "\n").count == 1)
    }

    static let damages:
        [(what: String, status: Int32, phrase: String, damage: @Sendable (Workspace) throws -> Void)] = [
            (
                "a blob with one flipped byte", 1, "does not match the digest in its name",
                { try $0.changeLayer { $0[$0.count - 1] ^= 1 } }
            ),
            (
                "a gzip header's time, which gzip does not notice", 1,
                "does not match the digest in its name",
                { try $0.changeLayer { $0[4] ^= 1 } }
            ),
            (
                "a blob cut short", 1, "does not match the digest in its name",
                { try $0.changeLayer { $0.removeLast(10) } }
            ),
            (
                "a blob with more behind it", 1, "does not match the digest in its name",
                { try $0.changeLayer { $0 += [0] } }
            ),
            (
                "a missing blob", 1, "is missing",
                { try FileManager.default.removeItem(atPath: $0.layerPath()) }
            ),
            (
                "a symbolic link in place of a blob", 1, "is a symbolic link",
                {
                    let path = try $0.layerPath()
                    try FileManager.default.moveItem(atPath: path, toPath: $0.path("elsewhere"))
                    try FileManager.default.createSymbolicLink(
                        atPath: path,
                        withDestinationPath: $0.path("elsewhere")
                    )
                }
            ),
            (
                "an index that is no JSON", 65, "is not valid JSON",
                { try $0.write(Array("{".utf8), to: "plugin-oci/index.json") }
            ),
            (
                "an index with a path for a digest", 65, "invalid digest format",
                {
                    let index =
                        #"{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","#
                        + #""digest":"sha256:../../../../etc/passwd","size":1}]}"#
                    try $0.write(Array(index.utf8), to: "plugin-oci/index.json")
                }
            ),
            (
                "an index with an upper-case digest", 65, "is not a lower-case hexadecimal digit",
                {
                    let text = String(decoding: try $0.bytes(of: "plugin-oci/index.json"), as: UTF8.self)
                    let upper = text.replacing(/sha256:[0-9a-f]{64}/) {
                        "sha256:" + $0.output.dropFirst(7).uppercased()
                    }
                    try $0.write(Array(upper.utf8), to: "plugin-oci/index.json")
                }
            ),
            (
                "a missing oci-layout", 65, "oci-layout is missing",
                { try FileManager.default.removeItem(atPath: $0.path("plugin-oci/oci-layout")) }
            ),
            (
                "a layout version from the future", 65, "has the layout version \"2.0.0\"",
                { try $0.write(Array(#"{"imageLayoutVersion":"2.0.0"}"#.utf8), to: "plugin-oci/oci-layout") }
            ),
        ]

    @Test("never pushes a damaged layout", arguments: damages.indices)
    func damagedLayouts(number: Int) async throws {
        let (what, status, phrase, damage) = Self.damages[number]
        let work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
        _ = try await work.run("build", "-t", "127.0.0.1:1/a/b:v1")
        try damage(work)
        let verified = try await work.run("verify", "plugin-oci")
        #expect(verified.status == status, "\(what): \(verified)")
        // A damaged blob is a finding; a broken index or layout file is an error.
        if status == 1 {
            #expect(verified.outputText.contains("\nFAIL     "), "\(what): \(verified)")
            #expect(verified.outputText.contains(phrase), "\(what): \(verified)")
            #expect(!verified.errorText.contains("error["), "\(what): \(verified)")
        } else {
            #expect(verified.outputText.isEmpty, "\(what): \(verified)")
            #expect(verified.errorText.contains("error[layout-corrupt]"), "\(what): \(verified)")
            #expect(verified.errorText.contains(phrase), "\(what): \(verified)")
        }
        // Port 1 refuses connections: the status would be 69 if the command had used the network.
        let pushed = try await work.run("push", "127.0.0.1:1/a/b:v1")
        #expect(pushed.status == 65, "\(what): \(pushed)")
        #expect(pushed.errorText.contains("error[layout-corrupt]"), "\(what): \(pushed)")
    }

    @Test func `explains an unwritable layout folder`() async throws {
        let work = try Workspace()
        try work.write(Modules.tiny, to: "plugin.wasm")
        try FileManager.default.createDirectory(
            atPath: work.path("closed"),
            withIntermediateDirectories: false
        )
        try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: work.path("closed"))
        defer {
            try? FileManager.default.setAttributes(
                [.posixPermissions: 0o755],
                ofItemAtPath: work.path("closed")
            )
        }
        let copy = work.path("wasmpack")
        // Written by another process: a program that another test starts would inherit a descriptor open for writing.
        #expect(try await work.other("cp", Workspace.program, copy).status == 0)
        // Root may write everywhere, so this runs as another user.
        let asNobody =
            geteuid() == 0 ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", copy] : [copy]
        for arguments in [
            ["build", "plugin.wasm", "--layout", "closed/plugin-oci"],
            ["pull", "127.0.0.1:1/a/b:v1", "-o", "closed/plugin.wasm"],
        ] {
            let run = try await RunningProgram(
                "/usr/bin/env",
                asNobody + arguments,
                environment: work.environment,
                in: work.folder
            ).wait()
            #expect(run.status == 74, "\(run)")
            #expect(run.errorText.contains("error[file-unwritable]"), "\(run)")
        }
        #expect(try work.names(in: "closed").isEmpty)
    }

    @Test func `explains a full disk, and leaves no files behind`() async throws {
        let work = try Workspace()
        try work.write(Modules.large(3_000_000), to: "plugin.wasm")
        // A small separate file system, in separate namespaces.
        let script = """
            mkdir small && mount -t tmpfs -o size=256k tmpfs small || exit 99
            \(Workspace.program) build plugin.wasm --layout small/plugin-oci; status=$?
            ls -A small/plugin-oci/blobs/sha256 small/plugin-oci/blobs
            exit $status
            """
        let run = try await work.other("unshare", "-rm", "sh", "-c", script)
        if run.status == 99 || run.errorText.contains("unshare failed") {
            try #require(
                !Workspace.isCI,
                "no mount is possible here, and CI has to run this: \(run.errorText)"
            )
            print("skipped: no mount is possible here: \(run.errorText)")
            return
        }
        #expect(run.status == 74, "\(run)")
        #expect(run.errorText.contains("error[disk-full]"), "\(run)")
        #expect(!run.outputText.contains(".wasmpack-"), "\(run)")
        #expect(run.outputText.split(separator: "\n").filter { $0.count == 64 }.isEmpty, "\(run)")
    }

    @Test func `fails if the result cannot be written`() async throws {
        let work = try Workspace()
        try work.write(Modules.tiny, to: "plugin.wasm")
        let run = try await work.other("sh", "-c", "\(Workspace.program) build plugin.wasm >/dev/full")
        #expect(run.status == 74, "\(run)")
    }
}

extension Workspace {
    /// The largest blob of `plugin-oci` that is not JSON: the layer.
    func layerPath() throws -> String {
        let folder = "plugin-oci/blobs/sha256"
        let name = try names(in: folder).first {
            try bytes(of: "\(folder)/\($0)").starts(with: [0x1F, 0x8B])
        }
        return path("\(folder)/\(try #require(name))")
    }

    func changeLayer(_ change: (inout [UInt8]) -> Void) throws {
        let file = URL(filePath: try layerPath())
        var bytes = [UInt8](try Data(contentsOf: file))
        change(&bytes)
        try Data(bytes).write(to: file)
    }
}
