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
        let service = TokenService(
            transport: transport,
            policy: policy,
            registry: try RegistryName(parsing: "r.example"),
            events: SilentSink()
        )
        let parsed = try #require(AuthChallenge.all(in: [challenge]).first)
        let repository = try RepositoryName(parsing: "t/p")
        do throws(RequestFailure) {
            return try await service.token(
                parsed,
                scope: Scope(repository, .pull).adding(parsed.parameters["scope"]),
                lookup: CredentialLookup(credential, places: ["one place", "another"])
            )
        } catch {
            #expect(!error.failure.description.contains("open-hush"))
            throw error.failure
        }
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
        ("Bearer realm=\"/t\"", "https://r.example/t?OWN&client_id=wasmpack", "a relative realm"),
        (
            "Bearer realm=\"https://a.example/t\",scope=\"aws repository:t/p:pull\"",
            "https://a.example/t?OWN&scope=aws&client_id=wasmpack", "another scope, in a field of its own"
        ),
    ]

    @Test("a token is asked for by GET, at the realm", arguments: addresses)
    func address(challenge: String, url: String, why: String) async throws {
        let transport = ScriptedTransport([
            .answer("GET " + url.replacing("OWN", with: own), 200, body: #"{"token":"t"}"#)
        ])
        #expect(try await token(transport, challenge).text == "t", "\(why)")
        #expect(transport.authorizations == [nil])
    }

    @Test func `a credential goes along as Basic, its name in the query`() async throws {
        let transport = ScriptedTransport([
            .answer(
                "GET https://a.example/t?\(own)&client_id=wasmpack&account=a%20b%26c",
                200,
                body: #"{"token":"t"}"#
            )
        ])
        _ = try await token(transport, "Bearer realm=\"https://a.example/t\"", credential: credential)
        #expect(transport.authorizations == [credential.basicAuthorization])
    }

    typealias Row = (status: Int, anonymous: Bool, code: Failure.Code, phrase: String)

    static let refusals: [Row] = [
        (401, true, .authenticationRequired, "none found: looked in one place, another"),
        (401, false, .authenticationRejected, "r.example rejected a b&c"),
        (403, false, .authenticationRejected, "credentials from the test"),
        (404, false, .protocolViolation, "the token service of r.example fails (404"),
        (302, false, .protocolViolation, "(302"),
        (429, true, .rateLimited, "asks to slow down"),
        (500, true, .serverFailed, "fails (500"),
    ]

    @Test("a token service that refuses is explained", arguments: refusals)
    func refusal(row: Row) async throws {
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
}
