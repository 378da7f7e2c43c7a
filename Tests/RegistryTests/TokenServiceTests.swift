import Diagnostics
import HTTPTransport
import OCI
import Testing

@testable import Registry

@Suite struct TokenServiceTests {
    let policy = URLPolicy(registry: Origin(scheme: .https, host: "r.example", port: 443))
    let credential = Credential(username: "a b&c", password: "open-hush", source: "the test")

    private func token(
        _ transport: ScriptedTransport,
        _ challenge: String,
        credential: Credential? = nil
    ) async throws -> BearerToken {
        let parsed = try #require(AuthChallenge.all(in: [challenge]).first)
        let registry = try RegistryName(parsing: "r.example")
        let url = try HTTPURL(parsing: "https://r.example/v2/t/p/tags/list")
        let method = try SignInMethod(parsed, of: registry, at: url, policy: policy)
        guard case .bearer(let realm) = method else { throw Failure(.internalError, "no realm") }
        let service = TokenService(realm, of: registry, transport: transport, events: SilentSink())
        let repository = try RepositoryName(parsing: "t/p")
        do throws(RequestFailure) {
            return try await service.token(
                for: Scope(repository, .pull).adding(parsed.parameters["scope"]),
                credential,
                CredentialLookup(credential, sources: ["one place", "another"]),
                policy: policy
            )
        } catch {
            #expect(!error.failure.description.contains("open-hush"))
            throw error.failure
        }
    }

    @Test func `discards a rejected replacement and sends the original identity token`() async throws {
        let identity = Credential(identityToken: "hush-first", source: "the test")
        let url = "POST https://a.example/t"
        let transport = ScriptedTransport([
            .answer(url, 200, body: #"{"token":"one","refresh_token":"hush-next"}"#),
            .answer(url, 401, body: #"{"error":"invalid_grant"}"#),
            .answer(url, 200, body: #"{"token":"two"}"#),
            .answer(url, 200, body: #"{"token":"three"}"#),
        ])
        let realm = TokenRealm(url: try HTTPURL(parsing: "https://a.example/t"), service: nil)
        let service = TokenService(
            realm,
            of: try RegistryName(parsing: "r.example"),
            transport: transport,
            events: SilentSink()
        )
        let scope = Scope(try RepositoryName(parsing: "t/p"), .pull)
        for _ in 0..<3 {
            _ = try await service.token(
                for: scope,
                identity,
                CredentialLookup(identity, sources: ["one place"]),
                policy: policy
            )
        }
        let shown = transport.sent.map { request in
            guard case .bytes(let bytes) = request.body else { return "" }
            return String(decoding: bytes, as: UTF8.self).contains("hush-next") ? "next" : "first"
        }
        #expect(shown == ["first", "next", "first", "first"])
    }

    @Test func `waits as long as the token service requests`() async throws {
        let transport = ScriptedTransport([
            .answer("GET https://a.example/t?\(own)&client_id=wasmpack", 429, ["Retry-After": "7"])
        ])
        let realm = TokenRealm(url: try HTTPURL(parsing: "https://a.example/t"), service: nil)
        let service = TokenService(
            realm,
            of: try RegistryName(parsing: "r.example"),
            transport: transport,
            events: SilentSink()
        )
        let error = await #expect(throws: RequestFailure.self) {
            try await service.token(
                for: Scope(try RepositoryName(parsing: "t/p"), .pull),
                nil,
                CredentialLookup(nil, sources: []),
                policy: policy
            )
        }
        #expect(error?.isTemporary == true)
        #expect(error?.retryAfter == .seconds(7))
        #expect(error?.failure.code == .rateLimited)
    }

    private let own = "scope=repository%3At%2Fp%3Apull"

    static let addresses: [(challenge: String, url: String, why: String)] = [
        ("Bearer realm=\"https://a.example/t\"", "https://a.example/t?OWN&client_id=wasmpack", "no service"),
        (
            "Bearer realm=\"https://a.example/t\",service=\"s\"",
            "https://a.example/t?service=s&OWN&client_id=wasmpack", "the usual"
        ),
        (
            "Bearer realm=\"https://a.example/t?a=1%2F\",service=\"a&b=c\"",
            "https://a.example/t?a=1%2F&service=a%26b%3Dc&OWN&client_id=wasmpack", "a realm with a query"
        ),
        ("Bearer realm=\"/t\"", "https://r.example/t?OWN&client_id=wasmpack", "a path"),
        (
            "Bearer realm=\"token\"", "https://r.example/v2/t/p/tags/token?OWN&client_id=wasmpack",
            "relative to what was asked"
        ),
        ("Bearer realm=\"//r.example/t\"", "https://r.example/t?OWN&client_id=wasmpack", "without a scheme"),
        (
            "Bearer realm=\"https://a.example/t\",scope=\"aws repository:t/p:pull\"",
            "https://a.example/t?OWN&scope=aws&client_id=wasmpack", "another scope, in a separate parameter"
        ),
    ]

    @Test("requests a token from the realm by GET", arguments: addresses)
    func address(challenge: String, url: String, why: String) async throws {
        let transport = ScriptedTransport([
            .answer("GET " + url.replacing("OWN", with: own), 200, body: #"{"token":"t"}"#)
        ])
        #expect(try await token(transport, challenge).text == "t", "\(why)")
        #expect(transport.authorizations == [nil])
    }

    @Test func `sends a credential as Basic, and the user name in the query`() async throws {
        let transport = ScriptedTransport([
            .answer(
                "GET https://a.example/t?\(own)&client_id=wasmpack&account=a%20b%26c",
                200,
                body: #"{"token":"t"}"#
            )
        ])
        _ = try await token(transport, "Bearer realm=\"https://a.example/t\"", credential: credential)
        #expect(try transport.authorizations == [credential.basicAuthorization()])
    }

    typealias Row = (status: Int, anonymous: Bool, code: Failure.Code, phrase: String)

    static let rejections: [Row] = [
        (401, true, .authenticationRequired, "no credentials for it in: one place, another"),
        (401, false, .authenticationRejected, "wrong user name or password for r.example: a b&c"),
        (403, false, .authenticationRejected, "credentials from the test"),
        (404, false, .protocolViolation, "the token service of r.example failed (404"),
        (302, false, .protocolViolation, "(302"),
        (429, true, .rateLimited, "rate limited"),
        (500, true, .serverFailed, "failed (500"),
    ]

    @Test("explains the rejection by a token service", arguments: rejections)
    func rejection(row: Row) async throws {
        let account = row.anonymous ? "" : "&account=a%20b%26c"
        let transport = ScriptedTransport([
            .answer("GET https://a.example/t?\(own)&client_id=wasmpack\(account)", row.status, body: "{}")
        ])
        let failure = await #expect(throws: Failure.self) {
            try await token(
                transport,
                "Bearer realm=\"https://a.example/t\"",
                credential: row.anonymous ? nil : credential
            )
        }
        #expect(failure?.code == row.code)
        #expect(failure?.description.contains(row.phrase) == true, "\(failure?.description ?? "")")
    }

    @Test func `names the coding of an encoded token`() async throws {
        let url = "GET https://a.example/t?\(own)&client_id=wasmpack"
        let transport = ScriptedTransport([
            .answer(url, 200, ["Content-Encoding": "gzip"], body: #"{"token":"t"}"#)
        ])
        let failure = await #expect(throws: Failure.self) {
            try await token(transport, "Bearer realm=\"https://a.example/t\"")
        }
        #expect(failure?.code == .protocolViolation)
        #expect(
            failure?.message.hasPrefix("the token service of r.example sent content encoded as \"gzip\"")
                == true
        )
    }
}
