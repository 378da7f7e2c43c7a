import Diagnostics
import HTTPTransport
import OCI
import TestSupport
import Testing

@testable import Registry

/// The check of a credential before it is stored.
@Suite(.timed, .timeLimit(.minutes(5))) struct SignInCheckTests {
    let events = RecordingSink()
    static let credential = Credential(username: "ci", password: "hush-check", source: "the test")
    private let place = "https://r.example/v2/"
    private let bearer: HeaderFields = [
        "WWW-Authenticate": "Bearer realm=\"https://a.example/t\",service=\"s\""
    ]
    private let token = "GET https://a.example/t?service=s&client_id=wasmpack&account=ci"

    private func check(
        _ exchanges: [ScriptedTransport.Exchange],
        _ credential: Credential = credential
    ) async throws(Failure) -> (sent: [String?], kept: Credential) {
        let transport = ScriptedTransport(exchanges)
        let kept: Credential
        let check = SignInCheck(
            RegistryConnection(
                RegistryEndpoint(try RegistryName(parsing: "r.example")),
                transport: transport,
                retryPolicy: RetryPolicy(count: 1, firstPause: .zero),
                events: events
            )
        )
        do throws(Failure) {
            kept = try await check.check(credential)
        } catch {
            #expect(!error.description.contains("hush"))
            #expect(transport.remaining == 0)
            throw error
        }
        #expect(transport.remaining == 0)
        return (transport.authorizations, kept)
    }

    @Test func `returns the identity token that replaces the old one`() async throws {
        let kept = try await check(
            [
                .answer("GET \(place)", 401, bearer),
                .answer("POST https://a.example/t", 200, body: #"{"token":"t","refresh_token":"hush-next"}"#),
                .answer("GET \(place)", 200),
            ],
            Credential(identityToken: "hush-first", username: "ci", source: "the test")
        ).kept
        #expect(kept.identityToken == "hush-next")
        #expect(kept.username == "ci")
    }

    @Test func `rejects a web page without a challenge as not a registry`() async throws {
        let page: HeaderFields = ["Content-Type": "text/html; charset=utf-8"]
        let failure = await #expect(throws: Failure.self) {
            try await check([.answer("GET \(place)", 200, page)])
        }
        #expect(failure?.code == .protocolViolation)
        let basic: HeaderFields = ["WWW-Authenticate": "Basic realm=\"r\""]
        _ = try await check([.answer("GET \(place)", 401, basic), .answer("GET \(place)", 200, page)])
    }

    @Test func `checks with a token without a repository scope`() async throws {
        let sent = try await check([
            .answer("GET \(place)", 401, bearer),
            .answer(token, 200, body: #"{"token":"t"}"#),
            .answer("GET \(place)", 200),
        ]).sent
        #expect(try sent == [nil, Self.credential.basicAuthorization(), "Bearer t"])
    }

    @Test func `checks with the password if the registry uses Basic`() async throws {
        let sent = try await check([
            .answer("GET \(place)", 401, ["WWW-Authenticate": "Basic realm=\"r\""]),
            .answer("GET \(place)", 200),
        ]).sent
        #expect(try sent == [nil, Self.credential.basicAuthorization()])
    }

    @Test func `notes that a registry without login did not check the credentials`() async throws {
        _ = try await check([.answer("GET \(place)", 200)])
        #expect(
            events.events.contains(
                .note("r.example does not require a login: the credentials were not checked")
            )
        )
    }

    @Test func `retries a temporary failure`() async throws {
        _ = try await check([.answer("GET \(place)", 503), .answer("GET \(place)", 200)])
    }

    static let rejections: [(exchanges: [ScriptedTransport.Exchange], code: Failure.Code, phrase: String)] = {
        let place = "GET https://r.example/v2/"
        let basic: HeaderFields = ["WWW-Authenticate": "Basic realm=\"r\""]
        let bearer: HeaderFields = ["WWW-Authenticate": "Bearer realm=\"https://a.example/t\""]
        let token = "GET https://a.example/t?client_id=wasmpack&account=ci"
        return [
            (
                [.answer(place, 401, basic), .answer(place, 401, basic)], .authenticationRejected,
                "wrong user name or password for r.example: ci (401"
            ),
            (
                [.answer(place, 401, bearer), .answer(token, 401)], .authenticationRejected,
                "token service: 401"
            ),
            ([.answer(place, 404)], .protocolViolation, "is not an OCI registry"),
            ([.answer(place, 500), .answer(place, 500)], .serverFailed, "failed to log in (500)"),
            ([.answer(place, 302)], .protocolViolation, "names no target (302)"),
            ([.failure(place, .unknownAuthority)], .tlsUnknownAuthority, "unknown authority"),
        ]
    }()

    @Test("every status but 200 is a failure", arguments: rejections.indices)
    func rejection(number: Int) async throws {
        let row = Self.rejections[number]
        let failure = await #expect(throws: Failure.self) { try await check(row.exchanges) }
        #expect(failure?.code == row.code)
        #expect(failure?.message.contains(row.phrase) == true, "\(failure?.description ?? "")")
    }
}
