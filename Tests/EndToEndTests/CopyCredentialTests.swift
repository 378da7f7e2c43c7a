import Foundation
import TestSupport
import Testing

/// Copies between two registries that require a login, and interrupted copies.
@Suite(.long, .timed, .timeLimit(.minutes(5))) struct CopyCredentialLongTests {
    private let work: Workspace

    init() throws {
        work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
    }

    private func authfile(_ entries: [(registry: String, user: String, password: String)], _ name: String)
        throws
    {
        let auths = entries.map {
            "\"\($0.registry)\":{\"auth\":\"\(Data("\($0.user):\($0.password)".utf8).base64EncodedString())\"}"
        }
        try work.write("{\"auths\":{\(auths.joined(separator: ","))}}".utf8, to: name)
    }

    @Test func `never sends the credentials of one registry to the other`() async throws {
        let (one, two) = ("one-\(Secrets.password())", "two-\(Secrets.password())")
        let from = try await ScriptedRegistry("--auth", "basic", "--user", "ann:\(one)")
        let to = try await ScriptedRegistry("--auth", "basic", "--user", "bob:\(two)")
        let (source, target) = ("\(from.name)/team/plugin:v1", "\(to.name)/team/plugin:v1")
        try authfile([(from.name, "ann", one)], "from/config.json")
        try authfile([(to.name, "bob", two)], "to/config.json")
        try authfile([(from.name, "ann", one), (to.name, "bob", two)], "both/config.json")
        let pushed = try await work.run("push", source, "plugin.wasm", "--authfile", "from/config.json")
        #expect(pushed.status == 0, "\(pushed)")
        let own = ["--from-authfile", "from/config.json", "--to-authfile", "to/config.json"]
        for arguments in [own, ["--authfile", "both/config.json"]] {
            let run = try await work.start(["copy", source, target, "--debug"] + arguments).wait()
            #expect(run.status == 0, "\(run)")
        }
        // Variables are ignored if each side has a separate file.
        let variables = ["WASMPACK_USERNAME": "eve", "WASMPACK_PASSWORD": "hush-unused"]
        let beside = try await work.start(["copy", source, target] + own, adding: variables).wait()
        #expect(beside.status == 0, "\(beside)")
        let swapped = try await work.start(
            [
                "copy", source, target, "--from-authfile", "to/config.json", "--to-authfile",
                "from/config.json",
            ]
        ).wait()
        #expect(swapped.status == 77, "\(swapped)")
        for (registry, own, foreign) in [
            (from, "ann:\(one)", "bob:\(two)"), (to, "bob:\(two)", "ann:\(one)"),
        ] {
            let record = try await registry.recordText()
            #expect(record.contains(try await shown(own)), "the right credential is in the record")
            #expect(!record.contains(try await shown(foreign)), "and the other one is not")
        }
    }

    /// The form of a Basic credential in the record: the digest of the text after `Basic`.
    private func shown(_ credential: String) async throws -> String {
        let encoded = Data(credential.utf8).base64EncodedString()
        let run = try await work.other("sha256sum", input: encoded)
        return "Basic sha256:" + run.outputText.prefix(64)
    }

    static let ownerless: [(arguments: [String], environment: [String: String], phrase: String)] = [
        (["--username", "ann", "--password-stdin"], [:], "--username"),
        (["--identity-token-stdin"], [:], "--identity-token-stdin"),
        ([], ["WASMPACK_USERNAME": "ann", "WASMPACK_PASSWORD": "hush"], "$WASMPACK_USERNAME"),
        (
            ["--from-authfile", "a"],
            ["WASMPACK_USERNAME": "ann", "WASMPACK_PASSWORD": "hush", "WASMPACK_REGISTRY": "q.example"],
            "$WASMPACK_USERNAME"
        ),
        ([], ["WASMPACK_PASSWORD": "hush"], "$WASMPACK_PASSWORD"),
    ]

    @Test("rejects a credential without a registry between two registries", arguments: ownerless)
    func rejected(arguments: [String], environment: [String: String], phrase: String) async throws {
        let registries = (try await ScriptedRegistry(), try await ScriptedRegistry())
        let run = try await work.start(
            ["copy", "\(registries.0.name)/a/b:v1", "\(registries.1.name)/a/b:v1"] + arguments,
            input: "hush",
            adding: environment
        ).wait()
        #expect(run.status == 64, "\(run)")
        #expect(run.errorText.contains("\(phrase) is for one registry"), "\(run)")
        #expect(run.errorText.contains("--from-authfile FILE --to-authfile FILE"), "\(run)")
        #expect(try await registries.0.requests().isEmpty)
        #expect(try await registries.1.requests().isEmpty)
    }

    @Test func `uses one password from standard input for both sides within one registry`() async throws {
        let password = Secrets.password()
        let registry = try await ScriptedRegistry("--auth", "bearer", "--user", "ann:\(password)")
        let flags = ["--username", "ann", "--password-stdin"]
        let source = "\(registry.name)/team/plugin:v1"
        let pushed = try await work.start(["push", source, "plugin.wasm"] + flags, input: password).wait()
        #expect(pushed.status == 0, "\(pushed)")
        let copied = try await work.start(
            ["copy", source, "\(registry.name)/other/plugin:v1"] + flags,
            input: password
        ).wait()
        #expect(copied.status == 0, "\(copied)")
    }

    static let moments: [(request: String, method: String)] = [
        ("/blobs/sha256", "GET"), ("/blobs/uploads/", "PUT"), ("/manifests/v1", "PUT"),
    ]

    @Test("an interrupted copy leaves no tag, archive or temporary file behind", arguments: moments)
    func interrupted(request: String, method: String) async throws {
        let (from, to) = (try await ScriptedRegistry(), try await ScriptedRegistry())
        let source = "\(from.name)/team/plugin:v1"
        #expect(try await work.run("push", source, "plugin.wasm", "--plain-http").status == 0)
        let stalling = method == "GET" ? from : to
        try await stalling.order(
            #"[{"method": "\#(method)", "path": "\#(request)", "stall": 3600}]"#
        )
        for target in ["\(to.name)/team/plugin:v1", "x.tar"] where target != "x.tar" || method == "GET" {
            let before = try await stalling.requests().count
            let running = try work.start(
                ["copy", source, target, "--plain-http"],
                adding: work.ownTemporaryFolder()
            )
            try await stalling.wait(for: method, request, after: before)
            running.signal(SIGINT)
            let run = try await running.wait()
            #expect(run.status == 130, "\(run)")
            #expect(run.outputText.isEmpty)
        }
        #expect(try work.names(in: "tmp").isEmpty)
        #expect(try work.names().filter { $0.hasSuffix(".tar") || $0.hasPrefix(".wasmpack") }.isEmpty)
        guard method != "PUT" || request != "/manifests/v1" else { return }
        try await to.order("[]")
        let verified = try await work.run("verify", "\(to.name)/team/plugin:v1", "--plain-http")
        #expect(verified.status == 66, "\(verified)")
    }
}
