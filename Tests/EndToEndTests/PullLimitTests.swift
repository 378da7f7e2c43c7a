import Foundation
import TestSupport
import Testing

/// A pull does not fetch unusable content, fetch content twice, or leave files on a full disk.
@Suite(.long, .timed, .timeLimit(.minutes(5))) struct PullLimitLongTests {
    private let work: Workspace
    private let registry: ScriptedRegistry
    private var reference: String { "\(registry.name)/test/plugin:v1" }

    init() async throws {
        work = try Workspace()
        registry = try await ScriptedRegistry()
        try work.write(Modules.plugin, to: "module.wasm")
        let pushed = try await work.run("push", reference, "module.wasm", "--plain-http")
        #expect(pushed.status == 0, "\(pushed)")
    }

    /// The pushed manifest.
    private func manifest() async throws -> String {
        try await work.run("inspect", reference, "--raw", "manifest", "--plain-http").outputText
    }

    /// Makes the registry answer each manifest request with this manifest, and clears its record.
    private func serve(_ manifest: String) async throws {
        struct Rule: Encodable {
            let method = "GET"
            let path = "/manifests/"
            let status = 200
            let headers = ["Content-Type": "application/vnd.oci.image.manifest.v1+json"]
            let body: String
        }
        try await registry.order(
            String(decoding: JSONEncoder().encode([Rule(body: manifest)]), as: UTF8.self)
        )
    }

    /// The number of blob requests to the registry.
    private func blobs() async throws -> Int {
        try await registry.requests().count { $0.hasPrefix("GET") && $0.contains("/blobs/") }
    }

    @Test func `inspect fetches layers of more than 32 MiB only with --module`() async throws {
        struct Document: Decodable {
            struct Module: Decodable { let size: Int }
            let module: Module?
            let problem: String?
        }
        let original = try await manifest()
        let size = try #require(original.firstMatch(of: /gzip","size":(\d+)/)?.1)
        let limit = 32 * 1024 * 1024
        for (stated, fetches) in [(limit, true), (limit + 1, false)] {
            try await serve(original.replacing("\"size\":\(size)", with: "\"size\":\(stated)"))
            let run = try await work.run("inspect", reference, "--plain-http", "--json")
            // The registry has fewer bytes than the manifest states, so fetching them fails.
            #expect(run.status == (fetches ? 65 : 0), "\(stated): \(run)")
            if !fetches {
                let document = try JSONDecoder().decode(Document.self, from: run.outputBytes)
                #expect(document.module == nil && document.problem == nil, "\(run)")
                let report = try await work.run("inspect", reference, "--plain-http").outputText
                #expect(report.contains("--module fetches it"), "\(report)")
            }
            let whole = try await work.run("inspect", reference, "--plain-http", "--module")
            #expect(whole.status == 65, "\(whole)")
        }
    }

    private static let layer = #""mediaType":"application/vnd.oci.image.layer.v1.tar+gzip""#
    static let unusable: [(change: String, code: String, phrase: String)] = [
        (
            #"\#(layer),"urls":["https://elsewhere.example/layer"]"#, "manifest-unsupported",
            "is foreign"
        ),
        (
            #""mediaType":"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip""#,
            "manifest-unsupported", "is foreign"
        ),
        (#"\#(layer),"data":"AAAA""#, "manifest-invalid", "does not match its digest and size"),
    ]

    @Test(
        "rejects unusable images before fetching blobs, also in verify and inspect",
        arguments: unusable
    )
    func unusableImage(change: String, code: String, phrase: String) async throws {
        try await serve(manifest().replacing(Self.layer, with: change))
        let before = try work.names()
        for place in [["-o", "out.wasm"], ["--layout", "kept"]] {
            let run = try await work.start(["pull", reference, "--plain-http"] + place).wait()
            #expect(run.status == 65, "\(run)")
            #expect(run.errorText.contains("error[\(code)]") && run.errorText.contains(phrase), "\(run)")
        }
        #expect(try work.names() == before)
        #expect(try await blobs() == 0)
        let verified = try await work.run("verify", reference, "--plain-http")
        #expect(verified.status == 1 && verified.outputText.contains(phrase), "\(verified)")
        let inspected = try await work.run("inspect", reference, "--plain-http")
        #expect(inspected.description.contains(phrase), "\(inspected)")
    }

    @Test func `rejects a layer by its size before fetching, if no proxy would load it`()
        async throws
    {
        let large = try await manifest().replacing(/("size":)[0-9]+(\}\])/) {
            "\($0.output.1)4611686018427387904\($0.output.2)"
        }
        #expect(large.contains("4611686018427387904"))
        try await serve(large)
        let run = try await work.run("pull", reference, "--plain-http")
        #expect(run.status == 65 && run.errorText.contains("error[module-too-large]"), "\(run)")
        #expect(try await blobs() == 0)
    }

    @Test func `inspect requests each document once`() async throws {
        try await registry.order("[]")
        let before = try await registry.requests().count
        let run = try await work.run("inspect", reference, "--plain-http")
        #expect(run.status == 0, "\(run)")
        let asked = try await registry.requests().dropFirst(before)
        #expect(asked.count == 3 && Set(asked).count == 3, "\(asked)")
    }

    static let disks: [(what: String, script: String)] = [
        (
            "no room for what comes in",
            #"mkdir disk; mount -t tmpfs -o size=64k disk disk; TMPDIR=$PWD/disk "$@""#
        ),
        (
            "no room for the module",
            #"mkdir disk; mount -t tmpfs -o size=64k disk disk; "$@" -o disk/plugin.wasm"#
        ),
    ]

    @Test(
        "reports a full disk, and leaves no files on it",
        .enabled(if: Internet.isPossible, Internet.whySkipped),
        arguments: disks
    )
    func fullDisk(what: String, script: String) async throws {
        try work.write(Modules.large(300_000), to: "large.wasm")
        let pushed = try await work.run("push", reference, "large.wasm", "--plain-http")
        #expect(pushed.status == 0, "\(pushed)")
        let run = try await work.run(
            by: "unshare",
            "-rm",
            "sh",
            "-c",
            "\(script); status=$?; ls -A disk; exit $status",
            "sh",
            Workspace.program,
            "pull",
            reference,
            "--plain-http"
        )
        #expect(run.status == 74, "\(what): \(run)")
        #expect(run.errorText.contains("error[disk-full]"), "\(what): \(run)")
        #expect(run.outputText.isEmpty, "\(what): \(run)")
        #expect(!work.exists("plugin.wasm"))
    }

    @Test func `names a missing folder for temporary files`() async throws {
        let run = try await work.run("pull", reference, "--plain-http", adding: ["TMPDIR": "/nonexistent"])
        #expect(run.status == 74, "\(run)")
        #expect(run.errorText.contains("error[file-unwritable]"), "\(run)")
        #expect(run.errorText.contains("/nonexistent"), "\(run)")
    }
}
