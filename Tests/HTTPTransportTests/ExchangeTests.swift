import Foundation
import HTTPTransport
import TestSupport
import Testing

@Suite(.timed, .timeLimit(.minutes(5))) struct ExchangeTests {
    let peer: PythonPeer
    let transport: CurlTransport

    init() throws {
        peer = try PythonPeer.plain.get()
        transport = try CurlTransport(TransportOptions(userAgent: "wasmpack/test"))
    }

    @Test func `sends only the given fields and body`() async throws {
        let (response, body) = try await exchange(
            .get,
            try peer.url("/echo/a%2Fb/../c?x=%2f&y=a+b"),
            headers: ["X-One": "1", "x-one": " 2 ", "X-Empty": "", "Accept": "a/b, c/d", "X-Wide": "ü"],
            over: transport
        )
        #expect(response.status == 200)
        #expect(response.headers["content-type"] == "application/json")
        #expect(response.headers.all("X-Two") == ["a", "b"])
        let echo = try Echo(body)
        #expect(echo.method == "GET")
        #expect(echo.target == "/echo/a%2Fb/../c?x=%2f&y=a+b")
        #expect(echo.all("X-One") == ["1", "2"])
        #expect(echo.all("X-Empty") == [""])
        #expect(echo.all("Accept") == ["a/b, c/d"])
        #expect(echo.all("Accept-Encoding") == ["identity"])
        #expect(echo.all("User-Agent") == ["wasmpack/test"])
        #expect(echo.all("Host") == ["127.0.0.1:\(peer.port)"])
        let names = Set(echo.headers.map { $0[0].lowercased() })
        #expect(
            names == ["x-one", "x-empty", "x-wide", "accept", "accept-encoding", "user-agent", "host"],
            "no Expect, no Content-Length, no Cookie"
        )
    }

    @Test func `sends an empty query`() async throws {
        let (_, body) = try await exchange(.get, try peer.url("/echo?"), over: transport)
        #expect(try Echo(body).target == "/echo?")
    }

    static let empty: [(method: HTTPMethod, length: [String], why: String)] = [
        (.post, ["0"], "the server waits for a length"),
        (.put, ["0"], "the server waits for a length"),
        (.patch, ["0"], "the server waits for a length"),
        (.delete, [], "has no body by nature"),
        (.get, [], "has no body by nature"),
    ]

    @Test("sends a length of 0 where RFC 9110 §8.6 requires it", arguments: empty)
    func emptyBodies(method: HTTPMethod, length: [String], why: String) async throws {
        let (_, body) = try await exchange(method, try peer.url("/echo"), over: transport)
        let echo = try Echo(body)
        #expect(echo.method == method.rawValue)
        #expect(echo.all("Content-Length") == length, "\(why)")
    }

    @Test(arguments: [HTTPMethod.post, .put, .patch, .delete])
    func `sends a body with its length, not chunked`(method: HTTPMethod) async throws {
        let (_, body) = try await exchange(
            method,
            try peer.url("/echo"),
            body: .bytes(Array("hello".utf8)),
            over: transport
        )
        let echo = try Echo(body)
        #expect(echo.method == method.rawValue)
        #expect(echo.all("Content-Length") == ["5"])
        #expect(echo.all("Transfer-Encoding").isEmpty)
        #expect(echo.all("Expect").isEmpty)
        #expect(echo.all("Content-Type").isEmpty, "the caller says what it is")
        #expect(echo.sha256 == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
    }

    @Test(arguments: [200, 201, 204, 206, 301, 307, 304, 401, 404, 429, 500, 503])
    func `returns every status as a response and follows no redirect`(status: Int) async throws {
        let (response, body) = try await exchange(.get, try peer.url("/status/\(status)"), over: transport)
        #expect(response.status == status)
        #expect(response.headers["Location"] == "/elsewhere")
        #expect(body.bytes == ([204, 304].contains(status) ? [] : Array("body of \(status)".utf8)))
    }

    @Test func `HEAD returns a head without a body`() async throws {
        let (response, body) = try await exchange(.head, try peer.url("/bytes/1000"), over: transport)
        #expect(response.headers["Content-Length"] == "1000")
        #expect(body.bytes.isEmpty)
    }

    @Test func `receives a whole body`() async throws {
        let (_, body) = try await exchange(.get, try peer.url("/bytes/3000001"), over: transport)
        #expect(body.bytes.count == 3_000_001)
        var expected: [UInt8] = []
        while expected.count < 3_000_001 { expected += (0...255).map { UInt8($0) } }
        #expect(body.bytes == Array(expected.prefix(3_000_001)))
    }

    @Test func `decodes a chunked body and ignores its trailer`() async throws {
        let (response, body) = try await exchange(.get, try peer.url("/chunked"), over: transport)
        #expect(response.status == 200)
        #expect(response.headers["X-Late"] == nil)
        #expect(body.bytes == Array("hello world".utf8))
    }

    @Test func `skips interim heads`() async throws {
        let (response, body) = try await exchange(.get, try peer.url("/interim"), over: transport)
        #expect(response.status == 200)
        #expect(response.headers["X-Final"] == "yes")
        #expect(response.headers["X-Interim"] == nil)
        #expect(body.bytes == Array("final".utf8))
    }

    static let odd: [(name: String, body: String, why: String)] = [
        ("same-lengths", "hello", "the same length twice is no conflict (RFC 9112 §6.3)"),
        ("folded", "hello", "a folded line is one field (RFC 9112 §5.2)"),
        ("until-close", "until close", "HTTP/1.0 ends by closing"),
        ("gzip-body", "not gzip", "a content coding is not undone: digests are of what was sent"),
    ]

    @Test("accepts unusual but unambiguous responses", arguments: odd)
    func oddAnswers(name: String, body: String, why: String) async throws {
        let (response, received) = try await exchange(.get, try peer.url("/raw/\(name)"), over: transport)
        #expect(response.status == 200)
        #expect(received.bytes == Array(body.utf8), "\(why)")
        if name == "folded" {
            #expect(response.headers["X-Folded"] == "one two")
            #expect(response.headers["X-Next"] == "three")
        }
    }

    @Test func `accepts a head at the limits`() async throws {
        let (response, _) = try await exchange(.get, try peer.url("/fields/199/300"), over: transport)
        #expect(response.headers.fields.count == 200)
    }
}
