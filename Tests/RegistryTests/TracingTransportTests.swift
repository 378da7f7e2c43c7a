import Diagnostics
import HTTPTransport
import TestSupport
import Testing

@testable import Registry

@Suite struct TracingTransportTests {
    /// The trace of a request, without the time and number at its beginning.
    private static func trace(
        _ request: Request,
        _ exchange: ScriptedTransport.Exchange
    ) async -> [String] {
        let events = RecordingSink()
        let transport = TracingTransport(ScriptedTransport([exchange]), events: events)
        _ = try? await transport.send(request, into: BodyBuffer(limit: 1_000_000))
        let texts = events.events.compactMap { if case .trace(let text) = $0 { text } else { nil } }
        #expect(texts.count == 1, "one event for each exchange, so that no two mix")
        var lines = (texts.first ?? "").split(separator: "\n", omittingEmptySubsequences: false).map(
            String.init
        )
        let words = lines[0].split(separator: " ", maxSplits: 2)
        #expect(words[0].wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil, "\(lines[0])")
        #expect(words[1] == "#1")
        lines[0] = String(words[2])
        return lines.map { $0.replacing(/(in|after) \d+ ms/, with: { "\($0.output.1) N ms" }) }
    }

    private static func request(
        _ method: HTTPMethod,
        _ path: String,
        _ headers: HeaderFields = [:],
        body: Body = .none
    ) throws -> Request {
        Request(
            method: method,
            url: try HTTPURL(parsing: "https://r.example\(path)"),
            headers: headers,
            body: body
        )
    }

    private static let manifest = "application/vnd.oci.image.manifest.v1+json"

    @Test func `shows sent and received manifests with the header fields`() async throws {
        let sent = try Self.request(
            .put,
            "/v2/a/manifests/v1",
            ["Content-Type": Self.manifest, "Authorization": "Bearer hush-token"],
            body: .bytes(Array("{\n \"schemaVersion\": 2}".utf8))
        )
        #expect(
            await Self.trace(
                sent,
                .answer("PUT https://r.example/v2/a/manifests/v1", 201, ["Location": "/v2/a?x=hush"])
            )
                == [
                    "PUT https://r.example/v2/a/manifests/v1", "> Content-Type: \(Self.manifest)",
                    "> Authorization: Bearer REDACTED", "{", " \"schemaVersion\": 2}", "< 201 in N ms",
                    "< Location: /v2/a?x=REDACTED",
                ]
        )
        let fetched = await Self.trace(
            try Self.request(.get, "/v2/a/manifests/v1"),
            .answer(
                "GET https://r.example/v2/a/manifests/v1",
                200,
                ["Content-Type": Self.manifest],
                body: "{\"a\":1}"
            )
        )
        #expect(fetched.last == "{\"a\":1}")
    }

    @Test func `shows the server's error message without control characters`() async throws {
        let lines = await Self.trace(
            try Self.request(.get, "/v2/a/manifests/v1"),
            .answer(
                "GET https://r.example/v2/a/manifests/v1",
                403,
                ["Content-Type": "application/json", "X-Odd": "\u{1B}[2J"],
                body: "{\"errors\":[{\"message\":\"\u{1B}]52;c;aGk=\u{07} no\"}]}"
            )
        )
        #expect(lines.contains("< X-Odd: \\u{1b}[2J"))
        #expect(lines.last == "{\"errors\":[{\"message\":\"\\u{1b}]52;c;aGk=\\u{7} no\"}]}")
    }

    static let secretBodies: [(what: String, path: String, status: Int, type: String, body: String)] = [
        ("a token", "/token", 200, "application/json", "{\"token\":\"hush\"}"),
        (
            "a token at a manifest's path", "/v2/a/manifests/v1", 200, "application/json",
            "{\"token\":\"hush\"}"
        ),
        ("a token that calls itself a manifest", "/token", 200, manifest, "{\"access_token\" : \"hush\"}"),
        ("a token in a refusal", "/token", 400, "application/json", "{\"Refresh_Token\":\"hush\"}"),
        ("a blob", "/v2/a/blobs/sha256:1", 200, "application/octet-stream", "hush"),
        ("a blob that calls itself text", "/v2/a/blobs/sha256:1", 200, "text/plain", "hush"),
        ("a config", "/v2/a/blobs/sha256:1", 200, "application/vnd.oci.image.config.v1+json", "{\"hush\":1}"),
        ("an error that is not text", "/v2/", 403, "application/octet-stream", "hush"),
    ]

    @Test("shows only the size of tokens and blobs", arguments: secretBodies)
    func unseen(what: String, path: String, status: Int, type: String, body: String) async throws {
        let lines = await Self.trace(
            try Self.request(.get, path),
            .answer("GET https://r.example\(path)", status, ["Content-Type": type], body: body)
        )
        #expect(!lines.joined().contains("hush"), "\(what): \(lines)")
        #expect(lines.last?.hasPrefix("(\(body.utf8.count) bytes, not shown") == true, "\(what): \(lines)")
    }

    @Test func `does not show the request body for a token service`() async throws {
        let sent = try Self.request(
            .post,
            "/token",
            ["Content-Type": "application/x-www-form-urlencoded"],
            body: .bytes(Array("password=hush-password".utf8))
        )
        let lines = await Self.trace(sent, .answer("POST https://r.example/token", 200))
        #expect(lines[2] == "(22 bytes, not shown)")
    }

    @Test func `truncates a long document and says so`() async throws {
        let body = "{\"a\":\"\(String(repeating: "x", count: 100_000))\"}"
        let lines = await Self.trace(
            try Self.request(.get, "/v2/a/manifests/v1"),
            .answer(
                "GET https://r.example/v2/a/manifests/v1",
                200,
                ["Content-Type": Self.manifest],
                body: body
            )
        )
        #expect(lines.joined().count < 5000)
        #expect(lines.last == "(truncated from 100008 bytes)")
    }

    @Test func `redacts a secret at the end of a truncated document`() async throws {
        let body = String(repeating: "x", count: 4090) + "hush-at-the-cut"
        let lines = await Self.trace(
            try Self.request(.get, "/v2/", ["Authorization": "Bearer hush-at-the-cut"]),
            .answer("GET https://r.example/v2/", 403, ["Content-Type": "text/plain"], body: body)
        )
        #expect(lines.contains { $0.hasPrefix("xxxx") })
        #expect(!lines.joined().contains("hush"), "\(lines.last ?? "")")
    }

    @Test func `redacts the query in a request's line, with any characters`() async throws {
        let path = #"/b?a=UTF-8''p"<>&X-Amz-Signature=hush"#
        let lines = await Self.trace(
            try Self.request(.get, path),
            .answer("GET https://r.example\(path)", 200)
        )
        #expect(lines.first == "GET https://r.example/b?a=REDACTED&X-Amz-Signature=REDACTED")
    }

    @Test func `shows the kind and reason of a failure`() async throws {
        let lines = await Self.trace(
            try Self.request(.get, "/v2/?x=hush"),
            ScriptedTransport.Exchange(
                expected: "GET https://r.example/v2/?x=hush",
                outcome: .failure(TransferError(.connectionLost, "at https://r.example/v2/?x=hush")),
                body: []
            )
        )
        #expect(
            lines == [
                "GET https://r.example/v2/?x=REDACTED",
                "! connection lost after N ms: at https://r.example/v2/?x=REDACTED",
            ]
        )
    }

    @Test func `describes the connection: new or reused, address, TLS and proxy`() async throws {
        let connection = Connection(
            isNew: false,
            address: "192.0.2.1:3128",
            tlsVersion: "TLSv1.3",
            proxy: "http://proxy.example:3128"
        )
        let exchange = ScriptedTransport.Exchange(
            expected: "GET https://r.example/v2/",
            outcome: .success(Response(status: 200, connection: connection)),
            body: []
        )
        let lines = await Self.trace(try Self.request(.get, "/v2/"), exchange)
        #expect(
            lines.last
                == "< 200 in N ms, reused connection to 192.0.2.1:3128, TLSv1.3, through proxy http://proxy.example:3128"
        )
    }
}
