import Diagnostics
import HTTPTransport
import OCI
import TestSupport
import Testing

@testable import Registry

/// Statuses with one well-known cause: an answer that says only "413" must not leave the user alone.
@Suite(.timed, .timeLimit(.minutes(5))) struct StatusAdviceTests {
    private let bench: Bench

    init() throws { bench = try Bench(layerSize: 1000) }

    private static let page = "<html><head><title>an error</title></head><body>nginx</body></html>"

    private func failure(_ rule: String) async throws -> Failure? {
        let registry = try await ScriptedRegistry()
        try await registry.order("[\(rule)]")
        let repository = try bench.repository(registry.name, retries: 0)
        return await bench.failure { () throws(Failure) in try await bench.push(to: repository) }
    }

    static let statuses: [(status: Int, cause: String, remedy: String)] = [
        (405, "read-only", "mirror"), (411, "Content-Length", "administrator"),
        (413, "limits the size", "client_max_body_size"), (415, "media types", "--format docker"),
        (431, "header", "large_client_header_buffers"), (502, "cannot reach it", "running"),
        (503, "overloaded", "later"), (504, "in time", "time limit"), (507, "full", "delete"),
    ]

    @Test("explains a proxy's error page to an upload and to a manifest", arguments: statuses)
    func proxy(status: Int, cause: String, remedy: String) async throws {
        for (method, path) in [("POST", "/blobs/uploads/"), ("PUT", "/manifests/")] {
            let rule =
                #"{"method":"\#(method)","path":"\#(path)","status":\#(status),"body":"\#(Self.page)"}"#
            let failure = try #require(try await failure(rule))
            #expect(failure.message.contains(#"(\#(status) "an error")"#), "\(failure)")
            #expect(failure.why?.contains(cause) == true, "\(failure)")
            #expect("\(failure.hints)".contains(remedy), "\(failure)")
        }
    }

    @Test("explains a proxy's error page of a token service", arguments: [502, 503, 504])
    func tokenService(status: Int) async throws {
        let registry = try await ScriptedRegistry("--auth", "bearer", "--user", "ci:open-hush-1")
        try await registry.order(#"[{"path":"/token","status":\#(status),"body":"\#(Self.page)"}]"#)
        let repository = try bench.repository(registry.name, credential: .known, retries: 0)
        let failure = await bench.failure { () throws(Failure) in try await bench.push(to: repository) }
        #expect(failure?.message.contains("token service") == true)
        #expect(failure?.why?.contains("/token: ") == true, "\(failure as Any)")
        #expect(failure?.hints.isEmpty == false)
    }

    @Test("does not guess where the registry itself gives a code", arguments: [405, 415, 503])
    func ownCode(status: Int) async throws {
        let failure = try await failure(
            #"{"method":"POST","status":\#(status),"body":{"errors":[{"code":"UNSUPPORTED","message":"no"}]}}"#
        )
        #expect(failure?.why == nil, "\(failure as Any)")
    }

    // MARK: Redirects that are not followed

    static let redirects: [(location: String?, message: String, remedy: String)] = [
        (
            "https://other.example/v2/x/blobs/uploads/?s=hush", "to https://other.example/v2/x",
            "use other.example"
        ),
        ("https://other.example:5000/v2/x", "to https://other.example:5000/v2/x", "use other.example:5000"),
        ("/login", "/login (30", "check the registry's name"),
        ("https://127.0.0.1/v2/x", "to https://127.0.0.1/v2/x", "omit --plain-http"),
        (nil, "names no target", "administrator"),
    ]

    @Test("names the target of a redirect that changes the method", arguments: redirects, [301, 302, 303])
    func redirect(row: (location: String?, message: String, remedy: String), status: Int) async throws {
        let headers = row.location.map { #","headers":{"Location":"\#($0)"}"# } ?? ""
        for method in ["POST", "PUT"] {
            let failure = try await failure(#"{"method":"\#(method)","status":\#(status)\#(headers)}"#)
            #expect(failure?.code == .protocolViolation)
            #expect(failure?.message.contains(row.message) == true, "\(failure as Any)")
            #expect(failure?.hints.joined().contains(row.remedy) == true, "\(failure as Any)")
            #expect(!"\(failure as Any)".contains("hush"))
        }
    }

    // MARK: Answers outside the specification

    @Test("accepts every success for the last request of an upload", arguments: [200, 201, 202, 204])
    func success(status: Int) async throws {
        let registry = try await ScriptedRegistry()
        try await registry.order(#"[{"method":"PUT","path":"/blobs/uploads/","answer_status":\#(status)}]"#)
        let repository = try bench.repository(registry.name, retries: 0)
        try await bench.push(to: repository)
        try await bench.image.expect(in: bench.pull(from: repository))
    }

    @Test("says that a Bearer challenge lacks its realm", arguments: ["Bearer", #"Bearer service=\"x\""#])
    func noRealm(challenge: String) async throws {
        let failure = try await failure(
            #"{"status":401,"headers":{"WWW-Authenticate":"\#(challenge)"}}"#
        )
        #expect(failure?.code == .authenticationRequired)
        #expect(failure?.why?.contains("no realm") == true, "\(failure as Any)")
    }
}
