import Diagnostics
import HTTPTransport
import OCI
import TestSupport
import Testing

@testable import Registry

/// The requests after each kind of rejection.
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
        isExplicit: Bool = false
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
            CredentialLookup(credential, sources: ["one place"], isExplicit: isExplicit)
        }
    }

    /// The URL of a token request for actions on the repository.
    private func token(_ actions: String, account: String? = "ci", more: String = "") -> String {
        let encoded = actions.replacing(",", with: "%2C")
        return "GET https://a.example/t?service=s&scope=repository%3Ateam%2Fplugin%3A\(encoded)\(more)"
            + "&client_id=wasmpack" + (account.map { "&account=\($0)" } ?? "")
    }

    private func challenge(_ more: String = "") -> HeaderFields { ["WWW-Authenticate": realm + more] }

    /// Returns the failure of a request, thrown or from its response; expects no secret in it or in any event.
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
        events.events.compactMap { if case .warning(let text, _) = $0 { text } else { nil } }
    }

    // MARK: Attacks by a registry

    @Test func `does not request or show a scope that contains a secret`() async throws {
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

    @Test func `never sends a registry token to a token service`() async throws {
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

    @Test func `renews a token before it expires`() async throws {
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

    @Test func `requests /v2/ once if a 401 has no challenge`()
        async throws
    {
        let transport = ScriptedTransport([
            .answer("GET \(blob)", 401),
            .answer("GET \(ping)", 401, challenge()),
            .answer(token("pull,push"), 200, body: #"{"token":"one"}"#),
            .answer("GET \(blob)", 200),
            // Later the token has expired, and the registry again sends no challenge.
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

    @Test func `requests a /v2/ without a challenge only once`() async throws {
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

    @Test func `ignores a challenge after a redirect of /v2/`() async throws {
        let transport = ScriptedTransport([
            .answer("GET \(blob)", 401),
            .answer("GET \(ping)", 302, ["Location": "https://other.example/"]),
            .answer("GET https://other.example/", 401, challenge()),
        ])
        #expect(try await failure(client(transport), .get, "blobs/x").code == .authenticationRequired)
        #expect(transport.authorizations == [nil, nil, nil])
    }

    // MARK: Scopes

    @Test("requests a missing scope once", arguments: [401, 403])
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
        #expect(failure.why?.contains("requested scope repository:team/plugin:pull,push,delete aws") == true)
        #expect(transport.remaining == 0)
    }

    @Test func `does not request a known scope again`() async throws {
        let missed = challenge(#",scope="repository:team/plugin:push",error="insufficient_scope""#)
        let transport = ScriptedTransport([
            .answer("POST \(upload)", 401, challenge()),
            .answer(token("pull,push"), 200, body: #"{"token":"one"}"#),
            .answer("POST \(upload)", 401, missed),
        ])
        #expect(try await failure(client(transport), .post, "blobs/uploads/").code == .authenticationDenied)
        #expect(transport.remaining == 0)
    }

    @Test func `renews an expired token and then widens its scope, at most once each`() async throws {
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

    @Test func `a 403 without a challenge is final, and GET fetches the message of a HEAD`() async throws {
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

    @Test func `a 401 without credentials asks for a login, and a 403 says that there was none`() async throws
    {
        for (status, message, why) in [
            (401, "r.example requires a login to read from team/plugin (401)", "no credentials"),
            (
                403, "r.example denied permission to read from team/plugin (403)",
                "not logged in; no credentials"
            ),
        ] {
            let rejection = ScriptedTransport.Exchange.answer(
                "GET \(blob)",
                status,
                ["WWW-Authenticate": "Basic realm=\"r\""]
            )
            let failure = try await failure(
                client(ScriptedTransport([rejection]), .pull, nil),
                .get,
                "blobs/x"
            )
            #expect(failure.code == .authenticationRequired)
            #expect(failure.message == message)
            #expect(failure.why == "\(why) for it in: one place")
        }
    }

    @Test func `the failure names the actions that the token grants`() async throws {
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
            let asked = "requested scope repository:team/plugin:pull,push, granted: pull"
            #expect(failure.why?.contains(asked) == true, "\(failure)")
            #expect(failure.hints.contains { $0.contains("wasmpack login r.example") })
            #expect(!failure.description.contains(claims))
        }
    }

    // MARK: Rejected credentials

    @Test func `reads anonymously if the token service rejects a stored credential`() async throws {
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
        #expect(warnings.first?.hasPrefix("r.example rejected ci, from ~/.docker/config.json;") == true)
        #expect(await client.usedCredential() == nil)
    }

    @Test("reads anonymously if the registry rejects a stored credential", arguments: [401, 403])
    func rejectedByRegistry(status: Int) async throws {
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

    @Test func `names the credential's source if anonymous access is denied too`() async throws {
        let rejections: [[ScriptedTransport.Exchange]] = [
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
        for exchanges in rejections {
            let transport = ScriptedTransport([.answer("GET \(blob)", 401, challenge())] + exchanges)
            let failure = try await failure(client(transport, .pull), .get, "blobs/x")
            #expect(failure.code == .authenticationRejected)
            #expect(failure.message.hasPrefix("wrong user name or password for r.example: ci"), "\(failure)")
            #expect(failure.why?.contains("credentials from ~/.docker/config.json") == true)
            #expect(failure.hints.first == "wasmpack login r.example")
            #expect(transport.remaining == 0)
        }
    }

    @Test("neither a push nor explicit credentials fall back to anonymous", arguments: [Access.push, .pull])
    func indispensable(access: Access) async throws {
        for exchanges: [ScriptedTransport.Exchange] in [
            [.answer(token(access.rawValue), 401)],
            [.answer(token(access.rawValue), 200, body: #"{"token":"one"}"#), .answer("GET \(blob)", 403)],
        ] {
            let transport = ScriptedTransport([.answer("GET \(blob)", 401, challenge())] + exchanges)
            let failure = try await failure(
                client(transport, access, isExplicit: access == .pull),
                .get,
                "blobs/x"
            )
            #expect(failure.code.exitStatus == .noPermission)
            #expect(failure.why?.contains("~/.docker/config.json") == true)
            #expect(transport.remaining == 0)
            #expect(warnings.isEmpty)
        }
    }

    @Test func `does not fall back to anonymous if the token service fails`() async throws {
        let transport = ScriptedTransport([
            .answer("GET \(blob)", 401, challenge()), .answer(token("pull"), 401),
            .answer(token("pull", account: nil), 503),
        ])
        #expect(try await failure(client(transport, .pull), .get, "blobs/x").code == .serverFailed)
        #expect(warnings.isEmpty)
    }

    @Test func `rejects an invalid user name before sending anything`() async throws {
        let credential = Credential(username: "a\r\nX-Evil: 1", password: "hush-word", source: "a file")
        for header in [realm, "Basic realm=\"r\""] {
            let transport = ScriptedTransport([.answer("GET \(blob)", 401, ["WWW-Authenticate": header])])
            let failure = try await failure(client(transport, .push, credential), .get, "blobs/x")
            #expect(failure.code == .configurationInvalid)
            #expect(transport.sent.count == 1)
        }
    }

    @Test func `does not show messages that repeat a sent secret`() async throws {
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

    @Test func `sends identity tokens and their replacements only to the token service`()
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
            // The replacement is invalid, so the token from the file is sent again.
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

    @Test("sends an identity token as the password if POST is not supported", arguments: [404, 405])
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
        #expect(failure.message.contains("does not accept identity tokens (\(status))"))
        #expect(failure.why?.contains("a file") == true)
    }

    static let identityRejections: [(status: Int, body: String, code: Failure.Code)] = [
        (400, #"{"error":"invalid_grant","error_description":"revoked"}"#, .authenticationRejected),
        (401, "", .authenticationRejected), (403, "<html>", .authenticationRejected),
        (400, #"{"error":"invalid_request"}"#, .protocolViolation), (500, "", .serverFailed),
        (200, #"{"refresh_token":"r"}"#, .protocolViolation), (200, "", .protocolViolation),
    ]

    @Test("explains the rejection of an identity token", arguments: identityRejections)
    func identityRejected(status: Int, body: String, code: Failure.Code) async throws {
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

    @Test func `rejects an identity token for a registry with Basic`() async throws {
        let identity = Credential(identityToken: "hush-identity", source: "a file")
        let transport = ScriptedTransport([.answer("POST \(upload)", 401, ["WWW-Authenticate": "Basic"])])
        let failure = try await failure(client(transport, .push, identity), .post, "blobs/uploads/")
        #expect(failure.code == .authenticationRejected)
        #expect(failure.message.contains("the identity token, from a file"))
        #expect(transport.authorizations == [nil])
    }

    @Test(arguments: ["Bearer realm=\"https://a.example/t\"", "Bearer", "Basic realm=\"r\"", ""])
    func `sends a registry token unchanged and only to the registry`(header: String) async throws {
        let direct = Credential(registryToken: "hush-direct", source: "a file")
        let transport = ScriptedTransport([
            .answer("POST \(upload)", 401, header.isEmpty ? [:] : ["WWW-Authenticate": header]),
            .answer("POST \(upload)", 202), .answer("POST \(upload)", 202),
        ])
        let client = try client(transport, .push, direct)
        for _ in 0..<2 { #expect(try await client.send(.post, "blobs/uploads/").status == 202) }
        #expect(transport.authorizations == [nil, "Bearer hush-direct", "Bearer hush-direct"])
    }

    @Test func `a rejected registry token ends a push, and a pull continues anonymously`() async throws {
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
    /// Makes the current token one hour older.
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
