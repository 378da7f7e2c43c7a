import Diagnostics
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import Packing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

@Suite struct DockerfileContentsTests {
    private let scratch: ScratchDirectory
    private let sink = RecordingSink()

    init() throws {
        scratch = try ScratchDirectory()
        for name in ["plugin.wasm", "other.wasm", "d/b", "d/a/x", "d/a.txt", "d/plugin.wasm"] {
            try scratch.write(Array(name.utf8), to: name)
        }
    }

    private func contents(_ lines: String, apartFrom others: [FilePath] = []) throws -> ImageContents {
        let file = try Dockerfile(parsing: Array(("FROM scratch\n" + lines).utf8))
        let context = try BuildContext(scratch.path, of: scratch.appending("Dockerfile"), apartFrom: others)
        return try file.contents(in: context, events: sink)
    }

    /// Returns the layers as text: names, with a `/` after a folder's.
    private func layers(_ lines: String) throws -> [String] {
        try contents(lines + "\nCOPY plugin.wasm /plugin.wasm").layers.dropLast().map { layer in
            layer.map { $0.name + ($0.path == nil ? "/" : "") }.joined(separator: " ")
        }
    }

    static let layerRows: [(lines: String, layers: [String], why: String)] = [
        ("COPY d/b x", ["x"], "the destination is the name"),
        ("COPY d/b x/", ["x/ x/b"], "a slash makes it a folder"),
        ("COPY d/b .", ["b"], "the working directory exists"),
        ("COPY d/b /", ["b"], "the root exists"),
        ("COPY d/b x/y/z", ["x/ x/y/ x/y/z"], "parent folders come first"),
        ("COPY ../d/b x", ["x"], "what leads out of the context stays at its top, as in docker"),
        ("COPY d/../../d/b x", ["x"], "also in the middle"),
        ("COPY ../../d/[b] x", ["x"], "also in a pattern"),
        ("COPY /../d x", ["x/ x/a/ x/a/x x/a.txt x/b x/plugin.wasm"], "also of a folder"),
        ("COPY d/b other.wasm x/", ["x/ x/b x/other.wasm"], "several files"),
        (
            "COPY d x", ["x/ x/a/ x/a/x x/a.txt x/b x/plugin.wasm"],
            "a folder contributes its contents, in the order of their names"
        ),
        ("COPY d/ /", ["a/ a/x a.txt b plugin.wasm"], "also to the root"),
        (
            "COPY d/* x/", ["x/ x/a.txt x/b x/plugin.wasm x/x"],
            "a folder that matches a pattern contributes its contents"
        ),
        ("COPY d/?.txt x/", ["x/ x/a.txt"], "one character"),
        ("COPY d/[a-b] x/", ["x/ x/b x/x"], "a class"),
        ("COPY */*.txt x/", ["x/ x/a.txt"], "a pattern in the middle"),
        ("COPY d/b x\nCOPY d/b x", ["x", "x"], "a repeated COPY makes another layer"),
        (
            "COPY d/b x/\nCOPY d/a.txt x", ["x/ x/b", "x/ x/a.txt"],
            "an existing folder receives the file and is in both layers"
        ),
        ("WORKDIR /w/v\nCOPY d/b y", ["w/ w/v/", "w/ w/v/ w/v/y"], "the working directory is created"),
        ("COPY d/b w/\nWORKDIR /w", ["w/ w/b"], "an existing working directory is not created again"),
        ("WORKDIR /\nLABEL a=b\nARG x\nENV a=b", [], "these make no layer"),
        ("COPY /d/b x", ["x"], "a leading slash means the context"),
        ("COPY d/../d/./b x", ["x"], "dots within the context"),
        (#"COPY ["d/b", "x y"]"#, ["x y"], "the exec form"),
        (#"COPY d/\a.txt x"#, ["x"], "an escape of a letter"),
        ("COPY none* x/\nCOPY d/b y", ["x/", "y"], "a pattern that matches nothing copies nothing"),
    ]

    @Test("copies files to the same paths as docker", arguments: layerRows)
    func placing(lines: String, layers: [String], why: String) throws {
        #expect(try self.layers(lines) == layers, "\(why)")
    }

    @Test func `sets modes 0644 and 0755 regardless of the files' modes, unless --chmod is given`() throws {
        #expect(chmod(scratch.appending("d/b").string, 0o751) == 0)
        let layers = try contents("COPY d/b x/y\nCOPY --chmod=0700 d/b z/y\nCOPY plugin.wasm .").layers
        #expect(layers[0].map(\.permissions) == [0o755, 0o644])
        #expect(layers[1].map(\.permissions) == [0o700, 0o700])
    }

    @Test func `records every instruction in the history, and which of them made a layer`() throws {
        let contents = try contents("LABEL a=b\nWORKDIR /w\nWORKDIR /\nCOPY plugin.wasm .")
        #expect(
            contents.instructions == [
                .init("LABEL a=b", makesLayer: false), .init("WORKDIR /w", makesLayer: true),
                .init("WORKDIR /", makesLayer: false),
                .init("ADD ./plugin.wasm ./plugin.wasm # wasmpack", makesLayer: true),
            ]
        )
    }

    @Test func `the module is the first plugin of the last layer that has one`() throws {
        let contents = try contents("COPY plugin.wasm .\nCOPY d x\nCOPY d/b y")
        #expect(contents.module?.string.hasSuffix("d/plugin.wasm") == true)
        #expect(
            "\(sink.events)".contains("plugin.wasm is not in the last layer, the only one that Istio reads")
        )
    }

    @Test func `a plugin in the last layer gives no warning`() throws {
        _ = try contents("COPY d/b y\nCOPY plugin.wasm .\nLABEL a=b")
        #expect(sink.events.isEmpty)
    }

    static let nameRows: [(lines: String, message: String, hint: String)] = [
        (
            "ADD other.wasm other.wasm", ":2: the module is named /other.wasm, not plugin.wasm",
            "ADD other.wasm ./plugin.wasm"
        ),
        (
            "LABEL a=b\nCOPY other.wasm /x/", ":3: the module is named /x/other.wasm",
            "COPY other.wasm ./plugin.wasm"
        ),
        ("COPY d/b /", " does not add plugin.wasm", "ADD ./plugin.wasm ./plugin.wasm"),
        ("LABEL a=b", " does not add plugin.wasm", "ADD ./plugin.wasm ./plugin.wasm"),
        ("COPY plugin.wasm plugin.wasm/", "", ""),
    ]

    @Test("rejects a module with another name and quotes Istio's message", arguments: nameRows)
    func naming(lines: String, message: String, hint: String) throws {
        guard !message.isEmpty else {
            // A folder of that name does not hide the file in it.
            #expect(try contents(lines).module != nil)
            return
        }
        let failure = #expect(throws: Failure.self) { try contents(lines) }
        #expect(failure?.code == .pluginMissing)
        #expect(failure?.message.contains("Dockerfile\(message)") == true, "\(failure?.message ?? "")")
        #expect(failure?.why?.contains("plugin.wasm not found in the archive") == true)
        #expect(failure?.hints == [hint])
    }

    static let rejectedRows: [(line: String, code: Failure.Code, phrase: String)] = [
        ("COPY missing.wasm /", .dockerfileInvalid, "the directory has other.wasm, out.wasm, plugin.wasm"),
        ("COPY d/none /", .dockerfileInvalid, "\"d/none\" does not exist"),
        ("COPY ../x /", .dockerfileInvalid, "\"x\" does not exist"),
        ("COPY d/../../x /", .dockerfileInvalid, "\"x\" does not exist"),
        ("COPY [x /", .dockerfileInvalid, "is not a valid pattern"),
        ("COPY d/b d/a.txt x", .dockerfileInvalid, "several files cannot be copied to one file, \"x\""),
        ("COPY d/* x", .dockerfileInvalid, "several files"),
        (
            "COPY d/b x\nCOPY d/b x/", .dockerfileInvalid,
            "/x is already a file and cannot be replaced by a directory"
        ),
        ("COPY d/b x\nCOPY d/b x/y/z", .dockerfileInvalid, "/x is already a file"),
        ("COPY d y\nCOPY d/a z\nCOPY z/ y", .dockerfileInvalid, "\"z\" does not exist"),
        ("COPY out.wasm /plugin.wasm", .dockerfileInvalid, "points outside the context"),
        ("COPY out/passwd /x", .dockerfileInvalid, "points outside the context"),
        ("COPY dangling /x", .dockerfileInvalid, "\"dangling\" does not exist"),
        ("COPY links /x", .dockerfileUnsupported, "is a symbolic link"),
        ("COPY pipe /x", .dockerfileUnsupported, "is not a regular file"),
        ("ADD old.tar /", .dockerfileUnsupported, "docker would unpack it"),
        ("ADD new.tar.gz /", .dockerfileUnsupported, "docker would unpack it"),
        ("COPY d/b /.wh.b", .dockerfileUnsupported, "would delete a file"),
        ("COPY d/b /\(String(repeating: "x", count: 100))", .dockerfileUnsupported, "too long for a layer"),
    ]

    @Test("explains why a source cannot be copied", arguments: rejectedRows)
    func rejection(line: String, code: Failure.Code, phrase: String) throws {
        try scratch.write(Tar.entry("a", [1, 2, 3]) + Tar.end, to: "old.tar")
        try scratch.write([0x1F, 0x8B, 8, 0], to: "new.tar.gz")
        try scratch.write([1], to: "links/file")
        for (target, name) in [
            ("/etc/passwd", "out.wasm"), ("/etc", "out"), ("none", "dangling"), ("file", "links/link"),
        ] { #expect(symlink(target, scratch.path.appending(name).string) == 0) }
        #expect(mkfifo(scratch.appending("pipe").string, 0o600) == 0)
        let failure = #expect(throws: Failure.self) { try contents(line + "\nCOPY plugin.wasm .") }
        #expect(failure?.code == code, "\(String(describing: failure))")
        #expect(failure?.message.contains("Dockerfile:") == true)
        let text = "\(failure?.message ?? "") \(failure?.why ?? "")"
        #expect(text.contains(phrase), "\(String(describing: failure))")
    }

    @Test func `COPY does not unpack an archive`() throws {
        try scratch.write(Tar.entry("a") + Tar.end, to: "old.tar")
        #expect(try layers("COPY old.tar x") == ["x"])
    }

    @Test func `follows a link to a file of the context, and keeps the link's name`() throws {
        #expect(symlink("d/b", scratch.appending("link").string) == 0)
        #expect(symlink("d", scratch.appending("folder").string) == 0)
        #expect(
            try layers("COPY link x/\nCOPY folder/b y\nCOPY folder z") == [
                "x/ x/link", "y", "z/ z/a/ z/a/x z/a.txt z/b z/plugin.wasm",
            ]
        )
    }

    @Test func `excludes the files of .dockerignore, and prefers Dockerfile.dockerignore`() throws {
        try scratch.write(Array("*\n!plugin.wasm\n!d/a\n".utf8), to: ".dockerignore")
        #expect(try layers("COPY d x") == ["x/ x/a/ x/a/x"])
        #expect(try layers("COPY d/* x/") == ["x/ x/x"])
        let failure = #expect(throws: Failure.self) { try layers("COPY other.wasm x") }
        #expect(failure?.message.hasSuffix("\"other.wasm\" is excluded from the context") == true)
        #expect(failure?.why?.hasSuffix(".dockerignore:1 excludes it with \"*\"") == true)
        #expect(symlink("other.wasm", scratch.appending("plugin2.wasm").string) == 0)
        try scratch.write(Array("other.wasm\n".utf8), to: "Dockerfile.dockerignore")
        #expect(throws: Failure.self) { try layers("COPY other.wasm x") }
        #expect(throws: Failure.self, "also through a link") { try layers("COPY plugin2.wasm x") }
        #expect(try layers("COPY d/b x") == ["x"])
    }

    @Test func `excludes the output folder from the context`() throws {
        try scratch.write([1], to: "plugin-oci/blobs/x")
        try scratch.write([1], to: "d/out.tar")
        let others = ["plugin-oci", "d/out.tar"].map { scratch.appending($0) }
        for line in ["COPY . /", "COPY * /", "COPY plugin* d/* /"] {
            let names = try contents(line, apartFrom: others).layers[0].map(\.name)
            #expect(names.contains("plugin.wasm"), "\(line)")
            #expect(!names.contains { $0.contains("oci") || $0.contains("blobs") || $0.contains("out") })
        }
        #expect(symlink("plugin-oci", scratch.appending("link").string) == 0)
        for line in ["COPY plugin-oci /", "COPY plugin-oci/blobs /", "COPY d/out.tar /", "COPY link /"] {
            let failure = #expect(throws: Failure.self) { try contents(line, apartFrom: others) }
            #expect(failure?.message.hasSuffix("is excluded from the context") == true, "\(line)")
        }
        // A layout that contains the context does not exclude the context.
        let around = [scratch.path, scratch.path.removingLastComponent()]
        #expect(try contents("COPY plugin.wasm /", apartFrom: around).module != nil)
    }

    @Test func `rejects deeply nested folders without exhausting the stack`() throws {
        var deep = "deep"
        for _ in 0..<120 { deep += "/xxxxxxx" }
        try scratch.write([1], to: deep + "/f")
        let failure = #expect(throws: Failure.self) { try layers("COPY deep /y") }
        #expect(failure?.message.contains("too long for a layer") == true)
    }
}
