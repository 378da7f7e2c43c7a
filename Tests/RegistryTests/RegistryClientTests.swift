import Diagnostics
import HTTPTransport
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import Registry

/// Requests to hosts that do not exist on this machine, with scripted responses.
@Suite struct RegistryClientTests {
    let events = RecordingSink()
    static let secret = "open-hush"

    private func client(
        _ transport: ScriptedTransport,
        _ registry: String = "r.example",
        plain: Bool = false,
        credential: Bool = true
    ) throws -> RegistryClient {
        let given = Credential(username: "ci", password: Self.secret, source: "the test")
        let repository = try RepositoryName(parsing: "team/plugin")
        return RegistryClient(
            RegistryConnection(
                RegistryEndpoint(try RegistryName(parsing: registry), usesPlainHTTP: plain),
                transport: transport,
                retryPolicy: RetryPolicy(count: 0),
                events: events
            ),
            repository,
            .push,
            scope: Scope(repository, .push)
        ) {
            CredentialLookup(credential ? given : nil, sources: ["the test"])
        }
    }

    private let base = "https://r.example/v2/team/plugin"
    private let basic: HeaderFields = ["WWW-Authenticate": "Basic realm=\"r\""]
    private let authorization = "Basic Y2k6b3Blbi1odXNo"

    private func failure(_ work: () async throws(RequestFailure) -> Void) async -> Failure? {
        do throws(RequestFailure) {
            try await work()
            return nil
        } catch {
            #expect(!error.failure.description.contains(Self.secret))
            return error.failure
        }
    }

    // MARK: Challenges

    @Test func `sends credentials only after a challenge, then with every request`()
        async throws
    {
        let transport = ScriptedTransport([
            .answer("HEAD \(base)/manifests/v1", 401, basic), .answer("HEAD \(base)/manifests/v1", 200),
            .answer("GET \(base)/manifests/v1", 200),
        ])
        let client = try client(transport)
        #expect(try await client.send(.head, "manifests/v1").status == 200)
        #expect(try await client.send(.get, "manifests/v1").status == 200)
        #expect(transport.authorizations == [nil, authorization, authorization])
    }

    @Test func `returns a second 401`() async throws {
        let transport = ScriptedTransport([
            .answer("POST \(base)/blobs/uploads/", 401, basic),
            .answer("POST \(base)/blobs/uploads/", 401, basic),
            .answer("POST \(base)/blobs/uploads/", 401, basic),
        ])
        let client = try client(transport)
        #expect(try await client.send(.post, "blobs/uploads/").status == 401)
        // The next request does not try the same password again.
        #expect(try await client.send(.post, "blobs/uploads/").status == 401)
        #expect(transport.authorizations == [nil, authorization, authorization])
    }

    @Test func `does not answer Basic without a credential`() async throws {
        let transport = ScriptedTransport([.answer("POST \(base)/blobs/uploads/", 401, basic)])
        let client = try client(transport, credential: false)
        let answer = try await client.send(.post, "blobs/uploads/")
        let failure = try await client.failure(for: answer, doing: "push to").failure
        #expect(failure.code == .authenticationRequired)
        #expect(failure.why == "no credentials for it in: the test")
        #expect(failure.http?.status == 401)
    }

    @Test func `explains an unsupported challenge`() async throws {
        let transport = ScriptedTransport([
            .answer("POST \(base)/blobs/uploads/", 401, ["WWW-Authenticate": "Negotiate"]),
            .answer("GET https://r.example/v2/", 200),
            .answer("POST \(base)/blobs/uploads/", 401),
        ])
        let client = try client(transport)
        for phrase in ["offers negotiate", "neither this response nor that of /v2/"] {
            let answer = try await client.send(.post, "blobs/uploads/")
            let failure = try await client.failure(for: answer, doing: "push to").failure
            #expect(failure.code == .authenticationRequired)
            #expect(failure.why?.contains(phrase) == true)
        }
        #expect(transport.authorizations == [nil, nil, nil])
    }

    @Test func `sends the whole body again with credentials`() async throws {
        let transport = ScriptedTransport([
            .answer("PUT \(base)/manifests/v1", 401, basic), .answer("PUT \(base)/manifests/v1", 201),
        ])
        _ = try await client(transport).send(.put, "manifests/v1", body: .bytes([1, 2, 3]))
        for request in transport.sent {
            guard case .bytes(let bytes) = request.body else {
                Issue.record("no body")
                continue
            }
            #expect(bytes == [1, 2, 3])
        }
    }

    // MARK: Other hosts

    @Test func `sends no credentials to another host or on a redirect back`() async throws {
        let transport = ScriptedTransport([
            .answer("GET \(base)/blobs/x", 401, basic),
            .answer("GET \(base)/blobs/x", 307, ["Location": "https://s3.example/x?signature=s"]),
            .answer("GET https://s3.example/x?signature=s", 302, ["Location": "https://r.example/v2/other"]),
            .answer("GET https://r.example/v2/other", 200),
        ])
        _ = try await client(transport).send(.get, "blobs/x")
        #expect(transport.authorizations == [nil, authorization, nil, nil])
    }

    @Test func `does not answer another host's challenge`() async throws {
        let transport = ScriptedTransport([
            .answer("GET \(base)/blobs/x", 307, ["Location": "https://s3.example/x"]),
            .answer("GET https://s3.example/x", 401, basic),
        ])
        let client = try client(transport)
        let answer = try await client.send(.get, "blobs/x")
        let failure = try await client.failure(for: answer, doing: "read from").failure
        #expect(transport.authorizations == [nil, nil])
        #expect(failure.code == .authenticationDenied)
        #expect(failure.message.hasPrefix("https://s3.example, to which r.example redirects, denied access"))
        #expect(!failure.description.contains("wrong user name"))
    }

    @Test func `treats another port as another host`() async throws {
        let transport = ScriptedTransport([
            .answer("GET \(base)/blobs/x", 401, basic),
            .answer("GET \(base)/blobs/x", 307, ["Location": "https://r.example:8443/x"]),
            .answer("GET https://r.example:8443/x", 200),
        ])
        _ = try await client(transport).send(.get, "blobs/x")
        #expect(transport.authorizations == [nil, authorization, nil])
    }

    static let rejected: [(target: String, code: Failure.Code, why: String)] = [
        ("http://r.example/x", .addressRejected, "from https to http"),
        ("http://s3.example/x", .addressRejected, "and elsewhere"),
        ("https://127.0.0.1/x", .addressRejected, "this machine"),
        ("https://169.254.169.254/latest", .addressRejected, "the cloud's metadata"),
        ("file:///etc/passwd", .protocolViolation, "another scheme"),
        ("https://user:pw@s3.example/x", .protocolViolation, "a password in a URL"),
        ("https://s3.example:0/x", .protocolViolation, "no port"),
        ("https://\u{E9}.example/x", .protocolViolation, "not ASCII"),
    ]

    @Test("does not follow a redirect to a forbidden address", arguments: rejected)
    func hostileRedirect(target: String, code: Failure.Code, why: String) async throws {
        let transport = ScriptedTransport([.answer("GET \(base)/blobs/x", 307, ["Location": target])])
        let client = try client(transport)
        let failure = await failure { () async throws(RequestFailure) in
            _ = try await client.send(.get, "blobs/x")
        }
        #expect(failure?.code == code, "\(why)")
        #expect(failure?.description.contains("pw") == false)
    }

    static let realms: [(target: String, code: Failure.Code, why: String)] =
        rejected + [
            ("https://[fd00:ec2::254]/t", .addressRejected, "the metadata, IPv6"),
            ("http://r.example/t", .addressRejected, "the registry itself, in the clear"),
            ("https://localhost/t", .addressRejected, "this machine by name"),
        ]

    @Test("does not send a password to a forbidden token service", arguments: realms)
    func hostileRealm(realm: String, code: Failure.Code, why: String) async throws {
        let transport = ScriptedTransport([
            .answer(
                "GET \(base)/blobs/x",
                401,
                ["WWW-Authenticate": "Bearer realm=\"\(realm)\",service=\"s\""]
            )
        ])
        let client = try client(transport)
        let failure = await failure { () async throws(RequestFailure) in
            _ = try await client.send(.get, "blobs/x")
        }
        #expect(failure?.code == code, "\(why)")
        #expect(transport.sent.count == 1)
    }

    @Test func `redirects a PUT only if the method stays PUT`() async throws {
        let transport = ScriptedTransport([
            .answer("PUT \(base)/manifests/v1", 307, ["Location": "/v2/team/plugin/manifests/v2"]),
            .answer("PUT \(base)/manifests/v2", 303, ["Location": "/elsewhere"]),
        ])
        let client = try client(transport)
        let answer = try await client.send(.put, "manifests/v1", body: .bytes([1]))
        #expect(answer.status == 303)
        #expect(try await client.failure(for: answer, doing: "push to").failure.code == .protocolViolation)
    }

    static let unfollowed: [(location: String?, message: String, hint: String, why: String)] = [
        (
            "https://other.example:8443/v2/x", "to https://other.example:8443/v2/x (301)",
            "use other.example:8443 as the registry's name", "the registry has moved"
        ),
        (
            "https://[2001:db8::1]:5000/v2/x", "to https://[2001:db8::1]:5000/v2/x (301)",
            "use [2001:db8::1]:5000 as the registry's name", "an IPv6 address needs brackets"
        ),
        (
            "https://[2001:db8::1]/v2/x", "to https://[2001:db8::1]/v2/x (301)",
            "use [2001:db8::1] as the registry's name", "also without a port"
        ),
        (
            "https://sso.example/login?state=hush-state", "to https://sso.example/login",
            "check the registry's name, or contact its administrator", "a page for people"
        ),
        (nil, "but names no target (301)", "contact the registry's administrator", "no Location"),
    ]

    @Test("names the target of a redirect that a POST does not follow", arguments: unfollowed)
    func redirection(location: String?, message: String, hint: String, why: String) async throws {
        let transport = ScriptedTransport([
            .answer("POST \(base)/blobs/uploads/", 301, location.map { ["Location": $0] } ?? [:])
        ])
        let client = try client(transport)
        let answer = try await client.send(.post, "blobs/uploads/")
        let failure = try await client.failure(for: answer, doing: "push to").failure
        #expect(failure.code == .protocolViolation, "\(why)")
        #expect(failure.message.contains("redirects the request to push to"), "\(why): \(failure)")
        #expect(failure.message.contains(message), "\(why): \(failure)")
        #expect(failure.hints == [hint], "\(why): \(failure)")
        #expect(!"\(failure)".contains("hush-state"))
    }

    @Test func `limits the number of redirects`() async throws {
        let transport = ScriptedTransport(
            Array(repeating: .answer("GET \(base)/blobs/x", 302, ["Location": "x"]), count: 11)
        )
        let client = try client(transport)
        let failure = await failure { () async throws(RequestFailure) in
            _ = try await client.send(.get, "blobs/x")
        }
        #expect(failure?.code == .protocolViolation)
        #expect(transport.remaining == 0)
    }

    // MARK: Plain HTTP

    @Test func `falls back to HTTP for a loopback registry without TLS, with one note`()
        async throws
    {
        let (https, http) = ("https://localhost:5000/v2/team/plugin", "http://localhost:5000/v2/team/plugin")
        let transport = ScriptedTransport([
            .failure("HEAD \(https)/manifests/v1", .notTLS), .answer("HEAD \(http)/manifests/v1", 401, basic),
            .answer("HEAD \(http)/manifests/v1", 200), .answer("GET \(http)/blobs/x", 200),
        ])
        let client = try client(transport, "localhost:5000")
        _ = try await client.send(.head, "manifests/v1")
        _ = try await client.send(.get, "blobs/x")
        #expect(transport.authorizations == [nil, nil, authorization, authorization])
        let notes = events.events.filter { if case .note = $0 { true } else { false } }
        #expect(notes.count == 1)
    }

    @Test func `does not fall back to HTTP for other hosts`() async throws {
        let transport = ScriptedTransport([.failure("GET \(base)/blobs/x", .notTLS)])
        let client = try client(transport)
        let failure = await failure { () async throws(RequestFailure) in
            _ = try await client.send(.get, "blobs/x")
        }
        #expect(failure?.code == .plainHTTP)
        #expect(failure?.hints.first?.hasPrefix("add --plain-http") == true)
    }

    @Test func `a token service without TLS does not change the registry's scheme`() async throws {
        let transport = ScriptedTransport([
            .answer(
                "GET https://localhost:5000/v2/team/plugin/blobs/x",
                401,
                ["WWW-Authenticate": "Bearer realm=\"https://localhost:5001/t\""]
            ),
            .failure(
                "GET https://localhost:5001/t?scope=repository%3Ateam%2Fplugin%3Apull%2Cpush"
                    + "&client_id=wasmpack&account=ci",
                .notTLS
            ),
        ])
        let client = try client(transport, "localhost:5000")
        let failure = await failure { () async throws(RequestFailure) in
            _ = try await client.send(.get, "blobs/x")
        }
        #expect(failure?.code == .plainHTTP)
        #expect(failure?.message.contains("localhost:5001") == true)
        #expect(transport.remaining == 0)
    }

    @Test(arguments: [
        TransferError.Kind.unknownAuthority, .certificateInvalid, .tlsFailed, .connectionRefused,
    ])
    func `does not fall back to HTTP after other TLS failures`(kind: TransferError.Kind) async throws {
        let transport = ScriptedTransport([
            .failure("GET https://localhost:5000/v2/team/plugin/blobs/x", kind)
        ])
        let client = try client(transport, "localhost:5000")
        let failure = await failure { () async throws(RequestFailure) in
            _ = try await client.send(.get, "blobs/x")
        }
        #expect(failure != nil)
        #expect(transport.sent.count == 1)
    }

    // MARK: Rejections

    static let rejections: [(status: Int, body: String, code: Failure.Code, phrase: String)] = [
        (400, "", .requestRejected, "rejected the request to push to team/plugin (400)"),
        (
            403, #"{"errors":[{"code":"DENIED"}]}"#, .authenticationDenied,
            "ci may not push to team/plugin (403 DENIED)"
        ),
        (404, "", .notFound, "no repository r.example/team/plugin (404)"),
        (405, "", .requestRejected, "(405)"),
        (408, "", .timedOut, "(408)"),
        (413, "", .requestRejected, "(413)"),
        (429, #"{"message":"toomanyrequests"}"#, .rateLimited, "asks to slow down (429 \"toomanyrequests\")"),
        (500, "<html>", .serverFailed, "failed to push to team/plugin (500)"),
        (503, "", .serverFailed, "(503)"),
        (200, "", .protocolViolation, "unexpected status 200"),
        (206, "", .protocolViolation, "unexpected status 206"),
        (302, "", .protocolViolation, "names no target (302)"),
    ]

    @Test("maps each status to its error code", arguments: rejections)
    func rejection(status: Int, body: String, code: Failure.Code, phrase: String) async throws {
        let transport = ScriptedTransport([.answer("POST \(base)/blobs/uploads/", status, body: body)])
        let client = try client(transport)
        let answer = try await client.send(.post, "blobs/uploads/")
        let failure = try await client.failure(for: answer, doing: "push to").failure
        #expect(failure.code == code)
        #expect(failure.message.contains(phrase), "\(failure.message)")
        #expect(failure.http?.status == status)
        #expect(!failure.description.contains(Self.secret))
    }

    @Test func `names the user, the source and the requested scope when access is denied`() async throws {
        let transport = ScriptedTransport([
            .answer(
                "POST \(base)/blobs/uploads/",
                401,
                ["WWW-Authenticate": "Bearer realm=\"https://a.example/t\",service=\"s s\""]
            ),
            .answer(
                "GET https://a.example/t?service=s%20s&scope=repository%3Ateam%2Fplugin%3Apull%2Cpush"
                    + "&client_id=wasmpack&account=ci",
                200,
                body: #"{"token":"t"}"#
            ),
            .answer(
                "POST \(base)/blobs/uploads/",
                403,
                body: #"{"errors":[{"code":"DENIED","message":"no"}]}"#
            ),
        ])
        let client = try client(transport)
        let answer = try await client.send(.post, "blobs/uploads/")
        let failure = try await client.failure(for: answer, doing: "push to").failure
        #expect(transport.authorizations == [nil, authorization, "Bearer t"])
        #expect(failure.message == "ci may not push to team/plugin (403 DENIED \"no\")")
        #expect(
            failure.why
                == "logged in with credentials from the test; requested scope repository:team/plugin:pull,push"
        )
    }

    @Test func `does not look up credentials for an open registry`() async throws {
        let transport = ScriptedTransport([.answer("GET \(base)/blobs/x", 200)])
        let client = try client(transport)
        _ = try await client.send(.get, "blobs/x")
        #expect(await client.usedCredential() == nil)
    }
}
