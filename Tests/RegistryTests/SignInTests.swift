import Diagnostics
import HTTPTransport
import OCI
import Storage
import TestSupport
import Testing

@testable import Registry

/// Authentication by Basic and tokens, and TLS, over real sockets.
@Suite(.timed, .timeLimit(.minutes(5))) struct SignInTests {
    /// The request lines, with a mark on those with an `Authorization` field.
    private func lines(_ bench: Bench, _ record: [ScriptedRegistry.Entry]) -> [String] {
        record.map { entry in
            let scheme = entry.header("Authorization")?.split(separator: " ").first.map { " \($0)" } ?? ""
            return bench.image.named(entry.path == "/token" ? "GET token" : entry.line) + scheme
        }
    }

    @Test func `a whole push uses one token for pull and push`() async throws {
        let registry = try await ScriptedRegistry.start(.bearer)
        let bench = try Bench()
        try await bench.push(to: bench.repository(registry.name, credential: .known))
        let record = try await registry.drained()
        // The tag and the parts are requested together, before anything is known about the registry.
        let unsigned = lines(bench, record).filter { !$0.hasSuffix(" Bearer") }
        #expect(
            unsigned.sorted() == [
                "GET token Basic", "HEAD blobs/config", "HEAD blobs/layer", "HEAD manifests/v1",
            ]
        )
        let token = try #require(record.first { $0.path == "/token" })
        #expect(
            token.query == [
                ["service", "registry.test"], ["scope", "repository:\(bench.name):pull,push"],
                ["client_id", "wasmpack"], ["account", "ci"],
            ]
        )
        bench.expectNoSecrets()
    }

    @Test func `concurrent uploads share one token`() async throws {
        let registry = try await ScriptedRegistry.start(.bearer)
        let bench = try Bench()
        let repository = try bench.repository(registry.name, credential: .known)
        let missing = (0..<8).map { Blob([UInt8($0)], mediaType: .layerTarGzip).descriptor }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for descriptor in missing { group.addTask { try await repository.contains(descriptor) } }
            for try await isThere in group { #expect(!isThere) }
        }
        #expect(try await registry.drained().filter { $0.path == "/token" }.count == 1)
    }

    static let moments: [(rule: String, method: String, path: String)] = [
        (#""method":"HEAD","path":"blobs""#, "HEAD", "/blobs/"),
        (#""method":"POST","path":"uploads""#, "POST", "/blobs/uploads/"),
        (#""method":"PUT","path":"uploads""#, "PUT", "/blobs/uploads/"),
        (#""method":"PUT","path":"manifests""#, "PUT", "/manifests/v1"),
    ]

    @Test("renews an expired token once and sends the whole body again", arguments: moments)
    func runningOut(rule: String, method: String, path: String) async throws {
        let registry = try await ScriptedRegistry.start(.bearer)
        let bench = try Bench()
        let repository = try bench.repository(registry.name, credential: .known)
        // Signs in.
        _ = try await repository.current(.tag(Tag(parsing: "other")))
        try await registry.order(
            #"""
            [{\#(rule),"occurrence":1,"status":401,"headers":
              {"WWW-Authenticate":"Bearer realm=\"/token\",service=\"registry.test\",error=\"invalid_token\""}}]
            """#
        )
        try await bench.push(to: repository)
        let record = try await registry.drained()
        #expect(record.filter { $0.path == "/token" }.count == 2)
        let position = try #require(
            record.firstIndex {
                $0.status == 401 && $0.method == method && $0.path.contains(path)
                    && $0.header("Authorization") != nil
            }
        )
        let rejected = record[position]
        // Concurrent requests of other transfers use the old token.
        let again = try #require(
            record[(position + 1)...].first {
                $0.path == rejected.path && $0.method == method
                    && $0.header("Authorization") != rejected.header("Authorization")
            }
        )
        #expect(again.status != 401)
        #expect(again.body_length == rejected.body_length)
        #expect(record.filter { $0.method == "POST" }.count == (method == "POST" ? 3 : 2))
        let store = try await bench.pull(
            from: bench.repository(registry.name, access: .pull, credential: .known)
        )
        try await bench.image.expect(in: store)
    }

    @Test("requests a scope that only a challenge names once", arguments: [401, 403])
    func missingScope(status: Int) async throws {
        let registry = try await ScriptedRegistry.start(
            .bearer,
            ["--also-needs", "repository:base/image:pull", "--insufficient-status", "\(status)"]
        )
        let bench = try Bench()
        try await bench.push(to: bench.repository(registry.name, credential: .known))
        let scopes = try await registry.drained().filter { $0.path == "/token" }.map { entry in
            entry.query.filter { $0.first == "scope" }.map { $0[1] }
        }
        let own = "repository:\(bench.name):pull,push"
        #expect(scopes == [[own], [own, "repository:base/image:pull"]])
    }

    @Test
    func `exchanges an identity token by POST and uses its replacement next time`()
        async throws
    {
        let registry = try await ScriptedRegistry.start(
            .bearer,
            ["--identity-token", "hush-identity", "--token-uses", "3"]
        )
        let bench = try Bench()
        let identity = Credential(identityToken: "hush-identity", source: "the test")
        try await bench.push(to: bench.repository(registry.name, credential: identity))
        let tokens = try await registry.drained().filter { $0.path == "/token" }
        #expect(tokens.count > 1)
        #expect(tokens.allSatisfy { $0.method == "POST" && $0.status == 200 && $0.query.isEmpty })
        bench.expectNoSecrets()
        // The old identity token was valid only once.
        let repository = try bench.repository(registry.name, credential: identity)
        let failure = await bench.failure { () async throws(Failure) in try await bench.push(to: repository) }
        #expect(failure?.code == .authenticationRejected)
        #expect(failure?.message.contains("400 invalid_grant") == true)
    }

    @Test func `sends an identity token by Basic to a token service without POST`() async throws {
        let registry = try await ScriptedRegistry.start(.bearer)
        try await registry.order(#"[{"method":"POST","path":"/token","status":404}]"#)
        let bench = try Bench()
        let identity = Credential(
            identityToken: ScriptedRegistry.password,
            username: ScriptedRegistry.username,
            source: "the test"
        )
        try await bench.push(to: bench.repository(registry.name, credential: identity))
        let tokens = try await registry.drained().filter { $0.path == "/token" }
        #expect(tokens.map(\.method) == ["POST", "GET"])
    }

    @Test func `reads anonymously after a stored password is rejected`() async throws {
        let registry = try await ScriptedRegistry.start(.bearer, ["--anonymous-pull"])
        let bench = try Bench()
        try await bench.push(to: bench.repository(registry.name, credential: .known))
        _ = try await registry.drained()
        let stale = try bench.repository(registry.name, access: .pull, credential: .wrong, isStored: true)
        try await bench.image.expect(in: bench.pull(from: stale))
        let record = try await registry.drained()
        #expect(
            lines(bench, record).prefix(4) == [
                "GET manifests/v1", "GET token Basic", "GET token", "GET manifests/v1 Bearer",
            ]
        )
        #expect(record.filter { $0.path == "/token" }.count == 2)
        let warnings = bench.events.events.filter { if case .warning = $0 { true } else { false } }
        #expect(warnings.count == 1)
        #expect("\(warnings)".contains("rejected ci, from the test"))
        // An explicit credential has no anonymous fallback.
        let given = try bench.repository(registry.name, access: .pull, credential: .wrong)
        let failure = await bench.failure { () async throws(Failure) in try await bench.pull(from: given) }
        #expect(failure?.code == .authenticationRejected)
    }

    @Test func `completes a push with tokens that are valid for three requests`() async throws {
        let registry = try await ScriptedRegistry.start(.bearer, ["--token-uses", "3"])
        let bench = try Bench()
        try await bench.push(to: bench.repository(registry.name, credential: .known))
        let store = try await bench.pull(
            from: bench.repository(registry.name, access: .pull, credential: .known)
        )
        try await bench.image.expect(in: store)
    }

    @Test func `a wrong password for the token service is final`() async throws {
        let registry = try await ScriptedRegistry.start(.bearer)
        let bench = try Bench()
        let repository = try bench.repository(registry.name, credential: .wrong)
        let failure = await bench.failure { () async throws(Failure) in try await bench.push(to: repository) }
        #expect(failure?.code == .authenticationRejected)
        #expect(failure?.message.contains(": ci (token service: 401 UNAUTHORIZED") == true)
        #expect(failure?.why?.contains("credentials from the test") == true)
        let sent = try await lines(bench, registry.drained())
        #expect(sent.filter { $0.hasPrefix("GET") } == ["GET token Basic"])
        #expect(sent.allSatisfy { $0.hasPrefix("HEAD") || $0.hasPrefix("GET token") })
    }

    @Test func `a wrong password for a registry with Basic is final`() async throws {
        let registry = try await ScriptedRegistry.start(.basic)
        let bench = try Bench()
        let repository = try bench.repository(registry.name, credential: .wrong)
        let failure = await bench.failure { () async throws(Failure) in try await bench.push(to: repository) }
        #expect(failure?.code == .authenticationRejected)
        #expect(
            failure?.message.hasPrefix("wrong user name or password for \(registry.name): ci (401") == true
        )
        let sent = try await lines(bench, registry.drained())
        #expect(sent.filter { $0 == "HEAD manifests/v1 Basic" }.count == 1)
        #expect(sent.allSatisfy { $0.hasPrefix("HEAD") } && Set(sent).count == sent.count, "\(sent)")
    }

    @Test func `pulls anonymously, and names the searched sources if a push needs a login`() async throws {
        let registry = try await ScriptedRegistry.start(.bearer, ["--anonymous-pull"])
        let bench = try Bench()
        try await bench.push(to: bench.repository(registry.name, credential: .known))
        try await bench.image.expect(in: bench.pull(from: bench.repository(registry.name, access: .pull)))
        let repository = try bench.repository(registry.name)
        let other = Blob([1, 2, 3], mediaType: .layerTarGzip)
        let failure = await bench.failure { () async throws(Failure) in try await repository.push(other) }
        #expect(failure?.code == .authenticationRequired)
        #expect(
            failure?.why?.contains("in: the test; requested scope repository:\(bench.name):pull,push")
                == true
        )
    }

    @Test func `a registry that rejects every token is a final failure`() async throws {
        let registry = try await ScriptedRegistry.start(.bearer, ["--token-uses", "0"])
        let bench = try Bench()
        let repository = try bench.repository(registry.name, credential: .known)
        let failure = await bench.failure { () async throws(Failure) in try await bench.push(to: repository) }
        #expect(failure?.code == .authenticationDenied)
        let sent = try await lines(bench, registry.drained())
        #expect(sent.filter { $0.hasPrefix("GET") } == ["GET token Basic"])
        #expect(sent.allSatisfy { !$0.hasPrefix("P") } && Set(sent).count == sent.count, "\(sent)")
    }

    static let services: [(rules: String, code: Failure.Code, requests: Int, why: String)] = [
        (#"[{"path":"/token","status":503}]"#, .serverFailed, 4, "it fails for ever"),
        (
            #"[{"path":"/token","status":302,"headers":{"Location":"/token"}}]"#, .protocolViolation, 1,
            "a redirect"
        ),
        (#"[{"path":"/token","status":200,"body":"<html>"}]"#, .protocolViolation, 1, "a web page"),
        (#"[{"path":"/token","status":200,"body":{"expires_in":1}}]"#, .protocolViolation, 1, "no token"),
        (#"[{"path":"/token","endless":"body"}]"#, .protocolViolation, 1, "no end"),
        (#"[{"path":"/token","status":403}]"#, .authenticationRejected, 1, "refused"),
        (#"[{"realm":"ftp://127.0.0.1/token"}]"#, .protocolViolation, 0, "no address of a web server"),
        (#"[{"realm":""}]"#, .authenticationRequired, 0, "no realm"),
    ]

    @Test("a faulty token service is a final failure", arguments: services)
    func service(rules: String, code: Failure.Code, requests: Int, why: String) async throws {
        let registry = try await ScriptedRegistry.start(.bearer)
        let bench = try Bench()
        try await registry.order(rules)
        let repository = try bench.repository(registry.name, credential: .known)
        // A push sends several requests together, and each may come after the failure of the others.
        let tag = RefName.tag(try Tag(parsing: "v1"))
        let failure = await bench.failure { () async throws(Failure) in _ = try await repository.current(tag) }
        #expect(failure?.code == code, "\(failure?.description ?? ""): \(why)")
        #expect(try await registry.drained().filter { $0.path == "/token" }.count == requests)
    }

    @Test func `retries a token request that fails once`() async throws {
        let registry = try await ScriptedRegistry.start(.bearer)
        let bench = try Bench()
        try await registry.order(#"[{"path":"/token","occurrence":1,"status":503}]"#)
        try await bench.push(to: bench.repository(registry.name, credential: .known))
    }

    // MARK: TLS

    @Test func `trusts a private authority that is given, and suggests it otherwise`() async throws {
        let registry = try await ScriptedRegistry.start(.bearer, usesTLS: true, host: "localhost")
        let bench = try Bench()
        try await bench.push(
            to: bench.repository(registry.name, plain: false, caFile: registry.caFile, credential: .known)
        )
        let repository = try bench.repository(registry.name, plain: false, credential: .known)
        let failure = await bench.failure { () async throws(Failure) in try await bench.pull(from: repository)
        }
        #expect(failure?.code == .tlsUnknownAuthority)
        #expect(failure?.hints.first?.contains("--ca-file") == true)
    }

    @Test func `sends credentials over plain HTTP only after a challenge over HTTP`()
        async throws
    {
        let registry = try await ScriptedRegistry.start(.basic)
        let bench = try Bench()
        try await bench.push(to: bench.repository(registry.name, plain: false, credential: .known))
        let sent = try await lines(bench, registry.drained())
        #expect(sent.first?.hasSuffix(" Basic") == false)
        #expect(sent.contains("HEAD manifests/v1") && sent.contains("HEAD manifests/v1 Basic"))
        let notes = bench.events.events.filter { if case .note = $0 { true } else { false } }
        #expect(notes.count == 1)
    }
}
