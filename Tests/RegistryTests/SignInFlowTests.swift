import Diagnostics
import HTTPTransport
import OCI
import TestSupport
import Testing

@testable import Registry

/// What is sent after which refusal, request by request.
@Suite struct SignInFlowTests {
    let events = RecordingSink()
    static let stored = Credential(username: "ci", password: "hush-word", source: "~/.docker/config.json")
    private let blob = "https://r.example/v2/team/plugin/blobs/x"
    private let upload = "https://r.example/v2/team/plugin/blobs/uploads/"
    private let ping = "https://r.example/v2/"
    private let realm = "Bearer realm=\"https://a.example/t\",service=\"s\""

    private func client(
        _ transport: ScriptedTransport,
        _ access: Access = .push,
        _ credential: Credential? = stored,
        isGiven: Bool = false
    ) throws -> RegistryClient {
        let repository = try RepositoryName(parsing: "team/plugin")
        return RegistryClient(
            RegistryConnection(
                RegistryEndpoint(try RegistryName(parsing: "r.example")),
                transport: transport,
                retryPolicy: RetryPolicy(count: 0),
                events: events
            ),
            repository,
            access,
            scope: Scope(repository, access)
        ) {
            CredentialLookup(credential, places: ["one place"], isGiven: isGiven)
        }
    }

    /// What the token service is asked for actions on the repository.
    private func token(_ actions: String, account: String? = "ci", more: String = "") -> String {
        let encoded = actions.replacing(",", with: "%2C")
        return "GET https://a.example/t?service=s&scope=repository%3Ateam%2Fplugin%3A\(encoded)\(more)"
            + "&client_id=wasmpack" + (account.map { "&account=\($0)" } ?? "")
    }

    private func challenge(_ more: String = "") -> HeaderFields { ["WWW-Authenticate": realm + more] }

    /// A request's failure, be it thrown or an answer explained; nothing secret in it or in any event.
    private func failure(
        _ client: RegistryClient,
        _ method: HTTPMethod,
        _ path: String
    ) async throws -> Failure {
        var result: Failure
        do throws(RequestFailure) {
            let answer = try await client.send(method, path)
            result = try await client.failure(for: answer, doing: "read from").failure
        } catch {
            result = error.failure
        }
        for text in ["\(result)", "\(result.http as Any)"] + events.events.map({ "\($0)" }) {
            #expect(!text.contains("hush"), "\(text)")
        }
        return result
    }

    private var warnings: [String] {
        events.events.compactMap { if case .warning(let text) = $0 { text } else { nil } }
    }

    // MARK: What a registry may not turn against who asks

    @Test func `a scope that repeats a secret is neither asked for nor shown`() async throws {
        let missed = realm + ",error=\"insufficient_scope\",scope=\"registry:hush-token:x repository:b:pull\""
        let transport = ScriptedTransport([
            .answer("GET \(blob)", 401, challenge()),
            .answer(token("pull,push"), 200, body: #"{"token":"hush-token"}"#),
            .answer("GET \(blob)", 401, ["WWW-Authenticate": missed]),
            .answer(
                token("pull,push", more: "&scope=repository%3Ab%3Apull"),
                200,
                body: #"{"token":"hush-2"}"#
            ),
            .answer("GET \(blob)", 403),
        ])
        let failure = try await failure(try client(transport), .get, "blobs/x")
        #expect(failure.code == .authenticationDenied)
        #expect(transport.remaining == 0)
    }

    @Test func `a registry token leads to no token service, whatever is answered to it`() async throws {
        let missed = realm + ",error=\"insufficient_scope\",scope=\"repository:b:pull\""
        let transport = ScriptedTransport([
            .answer("GET \(blob)", 401, challenge()),
            .answer("GET \(blob)", 401, ["WWW-Authenticate": missed]),
        ])
        let credential = Credential(registryToken: "hush-registry", source: "the test")
        let failure = try await failure(try client(transport, .push, credential), .get, "blobs/x")
        #expect(failure.code == .authenticationRejected || failure.code == .authenticationDenied)
        #expect(transport.authorizations == [nil, "Bearer hush-registry"])
        #expect(transport.remaining == 0)
    }

    @Test func `a token near its end is renewed before it is used`() async throws {
        let transport = ScriptedTransport([
            .answer("GET \(blob)", 401, challenge()),
            .answer(token("pull,push"), 200, body: #"{"token":"one"}"#),
            .answer("GET \(blob)", 200),
            .answer(token("pull,push"), 200, body: #"{"token":"two"}"#),
            .answer("GET \(blob)", 200),
        ])
        let client = try client(transport)
        _ = try await client.send(.get, "blobs/x")
        try await client.authenticator.letTokenRunOut()
        _ = try await client.send(.get, "blobs/x")
        #expect(transport.authorizations.last == "Bearer two")
        #expect(transport.remaining == 0)
    }

    // MARK: Challenges

    @Test func `a refusal that does not say how to sign in leads to one look at the registry's root`()
        async throws
    {
        let transport = ScriptedTransport([
            .answer("GET \(blob)", 401),
            .answer("GET \(ping)", 401, challenge()),
            .answer(token("pull,push"), 200, body: #"{"token":"one"}"#),
            .answer("GET \(blob)", 200),
            // Later the token has run out, and again the registry does not say more.
            .answer("POST \(upload)", 401),
            .answer(token("pull,push"), 200, body: #"{"token":"two"}"#),
            .answer("POST \(upload)", 202),
        ])
        let client = try client(transport)
        #expect(try await client.send(.get, "blobs/x").status == 200)
        #expect(try await client.send(.post, "blobs/uploads/").status == 202)
        let basic = try Self.stored.basicAuthorization()
        #expect(
            transport.authorizations == [nil, nil, basic, "Bearer one", "Bearer one", basic, "Bearer two"]
        )
        #expect(transport.remaining == 0)
    }

    @Test func `a root that says nothing either is looked at once`() async throws {
        let transport = ScriptedTransport([
            .answer("GET \(blob)", 401), .answer("GET \(ping)", 200), .answer("GET \(blob)", 401),
        ])
        let client = try client(transport)
        for _ in 0..<2 {
            let failure = try await failure(client, .get, "blobs/x")
            #expect(failure.code == .authenticationRequired)
            #expect(failure.why?.contains("nor that of /v2/") == true)
        }
    }

    @Test func `a root that leads elsewhere has no say`() async throws {
        let transport = ScriptedTransport([
            .answer("GET \(blob)", 401),
            .answer("GET \(ping)", 302, ["Location": "https://other.example/"]),
            .answer("GET https://other.example/", 401, challenge()),
        ])
        #expect(try await failure(client(transport), .get, "blobs/x").code == .authenticationRequired)
        #expect(transport.authorizations == [nil, nil, nil])
    }

    // MARK: Scopes

    @Test("a scope that is missed is asked for once", arguments: [401, 403])
    func widening(status: Int) async throws {
        let missed = challenge(#",scope="repository:team/plugin:delete aws",error="insufficient_scope""#)
        let transport = ScriptedTransport([
            .answer("POST \(upload)", 401, challenge()),
            .answer(token("pull,push"), 200, body: #"{"token":"one"}"#),
            .answer("POST \(upload)", status, missed),
            .answer(token("pull,push,delete", more: "&scope=aws"), 200, body: #"{"token":"two"}"#),
            .answer("POST \(upload)", status, missed),
        ])
        let failure = try await failure(client(transport), .post, "blobs/uploads/")
        #expect(failure.code == .authenticationDenied)
        #expect(failure.why?.contains("asked scope repository:team/plugin:pull,push,delete aws") == true)
        #expect(transport.remaining == 0)
    }

    @Test func `a scope that was asked for already is not asked for again`() async throws {
        let missed = challenge(#",scope="repository:team/plugin:push",error="insufficient_scope""#)
        let transport = ScriptedTransport([
            .answer("POST \(upload)", 401, challenge()),
            .answer(token("pull,push"), 200, body: #"{"token":"one"}"#),
            .answer("POST \(upload)", 401, missed),
        ])
        #expect(try await failure(client(transport), .post, "blobs/uploads/").code == .authenticationDenied)
        #expect(transport.remaining == 0)
    }

    @Test func `a token that has run out and misses a scope gets both, and no third one`() async throws {
        let stale = challenge(#",error="invalid_token""#)
        let missed = challenge(#",scope="aws",error="insufficient_scope""#)
        let other = challenge(#",scope="gcp",error="insufficient_scope""#)
        let transport = ScriptedTransport([
            .answer("POST \(upload)", 401, challenge()),
            .answer(token("pull,push"), 200, body: #"{"token":"one"}"#),
            .answer("POST \(upload)", 202),
            .answer("POST \(upload)", 401, stale),
            .answer(token("pull,push"), 200, body: #"{"token":"two"}"#),
            .answer("POST \(upload)", 401, missed),
            .answer(token("pull,push", more: "&scope=aws"), 200, body: #"{"token":"three"}"#),
            .answer("POST \(upload)", 401, other),
        ])
        let client = try client(transport)
        _ = try await client.send(.post, "blobs/uploads/")
        #expect(try await client.send(.post, "blobs/uploads/").status == 401)
        #expect(transport.remaining == 0)
        #expect(transport.authorizations.last == "Bearer three")
    }

    @Test func `a 403 without a word is the last one, and a HEAD's is asked for by GET`() async throws {
        let transport = ScriptedTransport([
            .answer("HEAD \(blob)", 401, challenge()),
            .answer(token("pull,push"), 200, body: #"{"token":"one"}"#),
            .answer("HEAD \(blob)", 403),
            .answer("GET \(blob)", 403, body: #"{"errors":[{"code":"DENIED","message":"quota"}]}"#),
        ])
        let failure = try await failure(client(transport), .head, "blobs/x")
        #expect(failure.message == #"ci may not read from team/plugin (403 DENIED "quota")"#)
        #expect(transport.remaining == 0)
    }

    @Test func `what a token was granted stands in the refusal`() async throws {
        // {"access":[{"type":"repository","name":"team/plugin","actions":["pull"]}]}
        let claims =
            "eyJhY2Nlc3MiOlt7InR5cGUiOiJyZXBvc2l0b3J5IiwibmFtZSI6InRlYW0vcGx1Z2luIiwiYWN0aW9ucyI6WyJwdWxsIl19XX0"
        for credential in [Self.stored, nil] {
            let transport = ScriptedTransport([
                .answer("POST \(upload)", 401, challenge()),
                .answer(
                    token("pull,push", account: credential?.username),
                    200,
                    body: #"{"token":"e30.\#(claims).c2ln"}"#
                ),
                .answer("POST \(upload)", 401, challenge()),
            ])
            let failure = try await failure(client(transport, .push, credential), .post, "blobs/uploads/")
            let asked = "asked scope repository:team/plugin:pull,push, was granted: pull"
            #expect(failure.why?.contains(asked) == true, "\(failure)")
            #expect(failure.hints.contains { $0.contains("wasmpack login r.example") })
            #expect(!failure.description.contains(claims))
        }
    }

    // MARK: A credential that is refused

    @Test func `a stored credential that the token service refuses is no reason not to read`() async throws {
        let transport = ScriptedTransport([
            .answer("GET \(blob)", 401, challenge()),
            .answer(token("pull"), 401),
            .answer(token("pull", account: nil), 200, body: #"{"token":"one"}"#),
            .answer("GET \(blob)", 200),
            .answer("GET \(blob)", 401, challenge()),
            .answer(token("pull", account: nil), 200, body: #"{"token":"two"}"#),
            .answer("GET \(blob)", 200),
        ])
        let client = try client(transport, .pull)
        #expect(try await client.send(.get, "blobs/x").status == 200)
        #expect(try await client.send(.get, "blobs/x").status == 200)
        #expect(warnings.count == 1)
        #expect(warnings.first?.hasPrefix("r.example refuses ci, from ~/.docker/config.json;") == true)
        #expect(await client.usedCredential() == nil)
    }

    @Test("a stored credential that the registry refuses is no reason not to read", arguments: [401, 403])
    func refusedByRegistry(status: Int) async throws {
        let transport = ScriptedTransport([
            .answer("GET \(blob)", 401, challenge()),
            .answer(token("pull"), 200, body: #"{"token":"one"}"#),
            .answer("GET \(blob)", status, challenge()),
            .answer(token("pull", account: nil), 200, body: #"{"token":"two"}"#),
            .answer("GET \(blob)", 200),
        ])
        let client = try client(transport, .pull)
        #expect(try await client.send(.get, "blobs/x").status == 200)
        #expect(transport.authorizations.last == "Bearer two")
        #expect(warnings.count == 1)
    }

    @Test func `who is refused with and without is told so, and from where the credential is`() async throws {
        let refusals: [[ScriptedTransport.Exchange]] = [
            [.answer(token("pull"), 401), .answer(token("pull", account: nil), 401)],
            [
                .answer(token("pull"), 401),
                .answer(token("pull", account: nil), 200, body: #"{"token":"two"}"#),
                .answer("GET \(blob)", 401, challenge()),
            ],
            [
                .answer(token("pull"), 200, body: #"{"token":"one"}"#),
                .answer("GET \(blob)", 401, challenge()),
                .answer(token("pull", account: nil), 200, body: #"{"token":"two"}"#),
                .answer("GET \(blob)", 401, challenge()),
            ],
        ]
        for exchanges in refusals {
            let transport = ScriptedTransport([.answer("GET \(blob)", 401, challenge())] + exchanges)
            let failure = try await failure(client(transport, .pull), .get, "blobs/x")
            #expect(failure.code == .authenticationRejected)
            #expect(failure.message.contains("rejected ci"), "\(failure)")
            #expect(failure.why?.contains("credentials from ~/.docker/config.json") == true)
            #expect(failure.hints.first == "wasmpack login r.example")
            #expect(transport.remaining == 0)
        }
    }

    @Test("a push, and who gave credentials for this, do not go on without", arguments: [Access.push, .pull])
    func indispensable(access: Access) async throws {
        for exchanges: [ScriptedTransport.Exchange] in [
            [.answer(token(access.rawValue), 401)],
            [.answer(token(access.rawValue), 200, body: #"{"token":"one"}"#), .answer("GET \(blob)", 403)],
        ] {
            let transport = ScriptedTransport([.answer("GET \(blob)", 401, challenge())] + exchanges)
            let failure = try await failure(
                client(transport, access, isGiven: access == .pull),
                .get,
                "blobs/x"
            )
            #expect(failure.code.exitStatus == .noPermission)
            #expect(failure.why?.contains("~/.docker/config.json") == true)
            #expect(transport.remaining == 0)
            #expect(warnings.isEmpty)
        }
    }

    @Test func `a service that is out of order is no reason to go on without`() async throws {
        let transport = ScriptedTransport([
            .answer("GET \(blob)", 401, challenge()), .answer(token("pull"), 401),
            .answer(token("pull", account: nil), 503),
        ])
        #expect(try await failure(client(transport, .pull), .get, "blobs/x").code == .serverFailed)
        #expect(warnings.isEmpty)
    }

    @Test func `a user name that cannot be sent is refused before anything is`() async throws {
        let credential = Credential(username: "a\r\nX-Evil: 1", password: "hush-word", source: "a file")
        for header in [realm, "Basic realm=\"r\""] {
            let transport = ScriptedTransport([.answer("GET \(blob)", 401, ["WWW-Authenticate": header])])
            let failure = try await failure(client(transport, .push, credential), .get, "blobs/x")
            #expect(failure.code == .configurationInvalid)
            #expect(transport.sent.count == 1)
        }
    }

    @Test func `words that repeat what was sent are not shown`() async throws {
        let basic = try #require(try Self.stored.basicAuthorization()?.split(separator: " ").last)
        for word in ["hush-word", String(basic)] {
            let transport = ScriptedTransport([
                .answer("POST \(upload)", 401, challenge()),
                .answer(
                    token("pull,push"),
                    401,
                    body: #"{"errors":[{"code":"X","message":"not \#(word)"}]}"#
                ),
            ])
            let failure = try await failure(client(transport), .post, "blobs/uploads/")
            #expect(!failure.description.contains(word))
        }
        let transport = ScriptedTransport([
            .answer("POST \(upload)", 401, challenge()),
            .answer(token("pull,push"), 200, body: #"{"token":"hush-token"}"#),
            .answer("POST \(upload)", 403, body: #"{"message":"hush-token has no right"}"#),
        ])
        _ = try await failure(client(transport), .post, "blobs/uploads/")
    }

    // MARK: Identity and registry tokens

    private func form(_ request: Request) -> String {
        guard case .bytes(let bytes) = request.body else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `an identity token is shown to the token service alone, and so is what it gives for it`()
        async throws
    {
        let identity = Credential(identityToken: "hush/identity", source: "a file")
        let transport = ScriptedTransport([
            .answer("POST \(upload)", 401, challenge()),
            .answer(
                "POST https://a.example/t",
                200,
                body: #"{"access_token":"one","refresh_token":"hush-2"}"#
            ),
            .answer("POST \(upload)", 202),
            .answer("POST \(upload)", 401, challenge()),
            .answer("POST https://a.example/t", 200, body: #"{"access_token":"two"}"#),
            .answer("POST \(upload)", 202),
            .answer("POST \(upload)", 401, challenge()),
            // What it gave is no longer worth anything: the one from the file again.
            .answer("POST https://a.example/t", 400, body: #"{"error":"invalid_grant"}"#),
            .answer("POST https://a.example/t", 200, body: #"{"access_token":"three"}"#),
            .answer("POST \(upload)", 202),
        ])
        let client = try client(transport, .push, identity)
        for _ in 0..<3 { #expect(try await client.send(.post, "blobs/uploads/").status == 202) }
        let posts = transport.sent.filter { $0.url.host == "a.example" }
        #expect(
            posts.map(form)
                == ["hush%2Fidentity", "hush-2", "hush-2", "hush%2Fidentity"].map {
                    "grant_type=refresh_token&refresh_token=\($0)&service=s"
                        + "&scope=repository%3Ateam%2Fplugin%3Apull%2Cpush&client_id=wasmpack"
                }
        )
        #expect(posts.allSatisfy { $0.headers["Authorization"] == nil })
        #expect(posts.allSatisfy { $0.headers["Content-Type"] == "application/x-www-form-urlencoded" })
        let others = transport.sent.filter { $0.url.host != "a.example" }
        #expect(!others.contains { "\($0.headers) \($0.url)".contains("hush") })
        #expect(!events.events.contains { "\($0)".contains("hush") })
        #expect(transport.remaining == 0)
    }

    @Test("a token service without POST may take an identity token for a password", arguments: [404, 405])
    func identityAsPassword(status: Int) async throws {
        let named = Credential(identityToken: "hush-identity", username: "ci", source: "a file")
        let transport = ScriptedTransport([
            .answer("POST \(upload)", 401, challenge()),
            .answer("POST https://a.example/t", status),
            .answer(token("pull,push"), 200, body: #"{"token":"one"}"#),
            .answer("POST \(upload)", 202),
        ])
        #expect(try await client(transport, .push, named).send(.post, "blobs/uploads/").status == 202)
        #expect(
            try transport.authorizations == [
                nil, nil, named.basicAuthorization(with: "hush-identity"), "Bearer one",
            ]
        )
        let nameless = Credential(identityToken: "hush-identity", source: "a file")
        let second = ScriptedTransport([
            .answer("POST \(upload)", 401, challenge()), .answer("POST https://a.example/t", status),
        ])
        let failure = try await failure(client(second, .push, nameless), .post, "blobs/uploads/")
        #expect(failure.code == .authenticationRejected)
        #expect(failure.message.contains("takes no identity token (\(status))"))
        #expect(failure.why?.contains("a file") == true)
    }

    static let identityRefusals: [(status: Int, body: String, code: Failure.Code)] = [
        (400, #"{"error":"invalid_grant","error_description":"revoked"}"#, .authenticationRejected),
        (401, "", .authenticationRejected), (403, "<html>", .authenticationRejected),
        (400, #"{"error":"invalid_request"}"#, .protocolViolation), (500, "", .serverFailed),
        (200, #"{"refresh_token":"r"}"#, .protocolViolation), (200, "", .protocolViolation),
    ]

    @Test("a refused identity token is explained", arguments: identityRefusals)
    func identityRefused(status: Int, body: String, code: Failure.Code) async throws {
        let identity = Credential(identityToken: "hush-identity", source: "a file")
        let transport = ScriptedTransport([
            .answer("POST \(upload)", 401, challenge()),
            .answer("POST https://a.example/t", status, body: body),
        ])
        let failure = try await failure(client(transport, .push, identity), .post, "blobs/uploads/")
        #expect(failure.code == code)
        if code == .authenticationRejected {
            #expect(failure.message.contains("rejected the identity token (token service: \(status)"))
            #expect(failure.why?.hasPrefix("credentials from a file; the token may have expired") == true)
        }
        #expect(transport.remaining == 0)
    }

    @Test func `an identity token is of no use where Basic is wanted`() async throws {
        let identity = Credential(identityToken: "hush-identity", source: "a file")
        let transport = ScriptedTransport([.answer("POST \(upload)", 401, ["WWW-Authenticate": "Basic"])])
        let failure = try await failure(client(transport, .push, identity), .post, "blobs/uploads/")
        #expect(failure.code == .authenticationRejected)
        #expect(failure.message.contains("the identity token, from a file"))
        #expect(transport.authorizations == [nil])
    }

    @Test(arguments: ["Bearer realm=\"https://a.example/t\"", "Bearer", "Basic realm=\"r\"", ""])
    func `a registry token goes to the registry as it is, and nowhere else`(header: String) async throws {
        let direct = Credential(registryToken: "hush-direct", source: "a file")
        let transport = ScriptedTransport([
            .answer("POST \(upload)", 401, header.isEmpty ? [:] : ["WWW-Authenticate": header]),
            .answer("POST \(upload)", 202), .answer("POST \(upload)", 202),
        ])
        let client = try client(transport, .push, direct)
        for _ in 0..<2 { #expect(try await client.send(.post, "blobs/uploads/").status == 202) }
        #expect(transport.authorizations == [nil, "Bearer hush-direct", "Bearer hush-direct"])
    }

    @Test func `a refused registry token ends a push, and reading goes on without it`() async throws {
        let direct = Credential(registryToken: "hush-direct", source: "a file")
        let push = ScriptedTransport([
            .answer("POST \(upload)", 401, challenge()), .answer("POST \(upload)", 401, challenge()),
        ])
        let failure = try await failure(client(push, .push, direct), .post, "blobs/uploads/")
        #expect(failure.code == .authenticationRejected)
        #expect(failure.message.contains("rejected the registry token (401)"))
        #expect(push.remaining == 0)
        let pull = ScriptedTransport([
            .answer("GET \(blob)", 401, challenge()), .answer("GET \(blob)", 401, challenge()),
            .answer(token("pull", account: nil), 200, body: #"{"token":"one"}"#), .answer("GET \(blob)", 200),
        ])
        #expect(try await client(pull, .pull, direct).send(.get, "blobs/x").status == 200)
        #expect(pull.authorizations == [nil, "Bearer hush-direct", nil, "Bearer one"])
        #expect(warnings.count == 1)
    }
}

extension Authenticator {
    /// Puts an hour between now and when the token in use was fetched.
    fileprivate func letTokenRunOut() throws(Failure) {
        guard let current, let token = current.token else { return }
        let old = try BearerToken(
            answer: Array(#"{"token":"\#(token.text)"}"#.utf8),
            from: "the test",
            now: .now - .seconds(3600)
        )
        self.current = Authorization(value: current.value, key: current.key, token: old)
    }
}
