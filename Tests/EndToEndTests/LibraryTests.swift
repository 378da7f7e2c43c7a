import Foundation
import TestSupport
import Testing

/// libcurl and libarchive, which are opened when they are needed: missing functions, old versions, broken files.
@Suite(.timed, .timeLimit(.minutes(5))) struct LibraryTests {
    private static let curl = "libcurl.so.4"
    private static let archive = "libarchive.so.13"

    /// The functions that a C target of ours opens.
    private static func functions(of target: String) throws -> [String] {
        let text = try String(
            contentsOfFile: Fixtures.path("../Sources/\(target)/Library.c"),
            encoding: .utf8
        )
        return Set(text.matches(of: /\b(?:curl|archive)_\w+(?=[,"])/).map { String($0.output) }).sorted()
    }

    /// Compiles a library whose functions return 0, in the workspace's folder `lib`; `definitions` replace some of them.
    private func compile(
        _ name: String,
        _ functions: [String],
        _ definitions: String = "",
        in work: Workspace
    )
        async throws
    {
        let lines = functions.filter { !definitions.contains("\($0)(") }.map {
            "long \($0)(void) { return 0; }"
        }
        try FileManager.default.createDirectory(
            atPath: work.path("lib"),
            withIntermediateDirectories: true
        )
        try work.write(Array((definitions + "\n" + lines.joined(separator: "\n")).utf8), to: "stub.c")
        let run = try await work.other("cc", "-w", "-shared", "-fPIC", "-o", "lib/\(name)", "stub.c")
        try #require(run.status == 0, "\(run)")
    }

    private func workspace() throws -> Workspace {
        let work = try Workspace()
        try work.write(Modules.tiny, to: "plugin.wasm")
        return work
    }

    private func run(_ work: Workspace, _ arguments: String...) async throws -> CommandLineRun {
        try await work.start(arguments, adding: ["LD_LIBRARY_PATH": work.path("lib")]).wait()
    }

    private static let version =
        "struct info { int age; const char *version; unsigned number; const char *host; int features; };"

    static let faults: [(library: String, definitions: String?, said: String, why: String)] = [
        (curl, nil, "curl_", "a function is missing"),
        (
            curl,
            version + #"struct info *curl_version_info(int a) { static struct info i = "#
                + #"{0, "7.58.0", 0x073a00, "", 4}; return &i; }"#,
            "its version is 7.58.0", "a version that is too old"
        ),
        (
            curl,
            version + #"struct info *curl_version_info(int a) { static struct info i = "#
                + #"{0, "7.84.0", 0x075400, "", 4}; return &i; }"#,
            "version 7.85.0 or later is needed", "the last version without CURLOPT_PROTOCOLS_STR"
        ),
        (
            curl,
            version + #"struct info *curl_version_info(int a) { static struct info i = "#
                + #"{0, "8.0.0", 0x080000, "", 0}; return &i; }"#,
            "it was built without TLS", "no TLS"
        ),
        (archive, nil, "archive_", "a function is missing"),
        (
            archive, "int archive_version_number(void) { return 3001002; }", "its version is 3.1.2",
            "a version that is too old"
        ),
    ]

    @Test("a library that cannot be used is named with its package", arguments: faults)
    func fault(library: String, definitions: String?, said: String, why: String) async throws {
        let work = try workspace()
        let all = try Self.functions(of: library == Self.curl ? "CCurl" : "CArchive")
        #expect(all.count > 20)
        try await compile(library, definitions == nil ? ["unrelated"] : all, definitions ?? "", in: work)
        let failed =
            library == Self.curl
            ? try await run(work, "tags", "127.0.0.1:1/a") : try await run(work, "build", "plugin.wasm")
        #expect(failed.status == 78, "\(why): \(failed)")
        #expect(failed.errorText.contains("error[library-unusable]"), "\(failed)")
        #expect(failed.errorText.contains(said), "\(failed)")
        let package = library == Self.curl ? "libcurl4" : "libarchive13"
        #expect(failed.errorText.contains("apt install \(package)"), "\(failed)")
        let blobs = work.exists("plugin-oci") ? try work.files(below: "plugin-oci/blobs") : []
        #expect(blobs.isEmpty, "nothing was written")
    }

    @Test func `a file that is no library is named, and what needs none works`() async throws {
        let work = try workspace()
        #expect(try await work.run("build").status == 0)
        try FileManager.default.createDirectory(
            atPath: work.path("lib"),
            withIntermediateDirectories: true
        )
        for name in [Self.curl, Self.archive] {
            try work.write(Array("no library\n".utf8), to: "lib/\(name)")
        }
        for command in [
            ["--version"], ["version", "--json"], ["help"], ["completion", "bash"], ["ls"],
            ["digest", "plugin-oci"], ["check", "plugin.wasm"], ["inspect", "plugin.wasm"],
        ] {
            let run = try await work.start(command, adding: ["LD_LIBRARY_PATH": work.path("lib")]).wait()
            #expect(run.status == 0, "\(command): \(run)")
        }
        let version = try await work.start(["version"], adding: ["LD_LIBRARY_PATH": work.path("lib")]).wait()
        for (library, package) in [("libcurl", "libcurl4"), ("libarchive", "libarchive13")] {
            #expect(version.outputText.contains("\nwarning  \(library) cannot be used: "), "\(version)")
            #expect(version.outputText.contains("try: apt install \(package)\n"), "\(version)")
        }
        #expect(version.status == 0 && version.outputText.contains("\nlibrary  zlib "), "\(version)")
        for command in [
            ["push", "127.0.0.1:1/a:v1"], ["pull", "127.0.0.1:1/a:v1"], ["login", "127.0.0.1:1"],
        ] {
            let run = try await work.start(
                command + (command[0] == "login" ? ["-u", "me", "--password-stdin"] : []),
                input: "secret",
                adding: ["LD_LIBRARY_PATH": work.path("lib")]
            ).wait()
            #expect(run.status == 78 && run.errorText.contains("library-unusable"), "\(command): \(run)")
        }
    }

    @Test func `only the commands that need a library open it`() async throws {
        let work = try workspace()
        _ = try await work.run("build")
        let cases: [(command: [String], isOpened: [String: Bool])] = [
            (["--version"], [Self.curl: false, Self.archive: false]),
            (["help", "push"], [Self.curl: false, Self.archive: false]),
            (["check", "plugin.wasm"], [Self.curl: false, Self.archive: false]),
            (["build"], [Self.curl: false, Self.archive: true]),
            (["verify", "plugin-oci"], [Self.curl: false, Self.archive: true]),
            (["tags", "127.0.0.1:1/a"], [Self.curl: true, Self.archive: false]),
        ]
        for (command, isOpened) in cases {
            let run = try await work.otherwise(
                "env",
                ["LD_DEBUG=files", "LD_DEBUG_OUTPUT=\(work.path("ld"))", Workspace.program] + command
            )
            #expect(run.status == 0 || command[0] == "tags", "\(run)")
            let traces = try work.names().filter { $0.hasPrefix("ld.") }
            let text = try traces.map { String(decoding: try work.bytes(of: $0), as: UTF8.self) }.joined()
            for (library, expected) in isOpened {
                #expect(text.contains(library) == expected, "\(command) and \(library)")
            }
            for trace in traces { try FileManager.default.removeItem(atPath: work.path(trace)) }
        }
    }
}
