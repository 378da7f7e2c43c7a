import Diagnostics
import Synchronization
import TestSupport
import Testing

@testable import HTTPServer

/// The server over real connections, with requests as no library would send them.
@Suite(.timeLimit(.minutes(3))) struct HTTPServerTests {
    /// Runs a server that answers each request with its method, path, query and body.
    private func serving(
        limits: ServerLimits = ServerLimits(),
        _ test: @Sendable (Int) async throws -> Void
    ) async throws {
        let server = try await HTTPServer(listeningOn: "127.0.0.1", port: 0, limits: limits)
        let running = Task {
            try await server.run { request, body async -> ServerResponse in
                switch request.path {
                case "/unread": return ServerResponse(403, text: "no")
                case "/split": return ServerResponse(200, [("X", "a\r\nY: b")])
                case "/large":
                    return ServerResponse(
                        200,
                        body: .stream(length: 32 << 20) { _, count in Array(repeating: 7, count: count) }
                    )
                default: break
                }
                do throws(Failure) {
                    let bytes = try await body.bytes(limit: 1 << 20)
                    let line = "\(request.method) \(request.path) \(request.query) \(request.authority) "
                    return ServerResponse(200, body: .bytes(Array(line.utf8) + bytes))
                } catch {
                    return ServerResponse(400, error)
                }
            }
        }
        do {
            try await test(server.port)
        } catch {
            running.cancel()
            throw error
        }
        running.cancel()
        try await running.value
    }

    static let rejected: [(request: String, status: Int, why: String)] = [
        ("GET /\r\n\r\n", 400, "HTTP/0.9"),
        ("nonsense\r\n\r\n", 400, "no request line"),
        ("GET / HTTP/1.1\r\n\r\n", 400, "no Host"),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "two Hosts"),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400,
            "two lengths"
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", 400,
            "a length twice"
        ),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400, "a negative length"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\na", 400, "a length with a sign"),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", 400,
            "a length over 64 bits"
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n",
            400,
            "both framings: the way to smuggle a request"
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400,
            "an unknown coding"
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400,
            "another coding before chunked"
        ),
        ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "a coding in HTTP/1.0"),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400,
            "a space before the colon"
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400,
            "a chunk without a size"
        ),
        ("GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400, "an asterisk"),
        ("GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "another scheme"),
        ("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "a tunnel"),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: \u{0}\r\n\r\n", 400, "a NUL in a field"),
        (
            "GET / HTTP/1.1\r\nHost: a\r\nLong: \(String(repeating: "x", count: 20_000))\r\n\r\n", 431,
            "a long field"
        ),
        (
            "GET / HTTP/1.1\r\nHost: a\r\n" + (0..<200).map { "F\($0): 1\r\n" }.joined() + "\r\n", 431,
            "too many fields"
        ),
    ]

    @Test("rejects an ambiguous or oversized request and closes the connection", arguments: rejected)
    func rejection(request: String, status: Int, why: String) async throws {
        try await serving { port in
            let connection = try RawHTTP(port: port)
            await connection.send(request)
            #expect(await connection.response()?.status == status, "\(why)")
            #expect(await connection.bytes(1).isEmpty, "\(why)")
        }
    }

    static let accepted: [(request: String, echo: String, why: String)] = [
        ("GET /a?b=c HTTP/1.1\r\nHost: h\r\n\r\n", "GET /a b=c h ", "a path with a query"),
        (
            "GET http://x.example:80/a HTTP/1.1\r\nHost: h\r\n\r\n", "GET /a  x.example:80 ",
            "an absolute URL: its host counts"
        ),
        (
            "GET http://x.example HTTP/1.1\r\nHost: h\r\n\r\n", "GET /  x.example ",
            "an absolute URL without a path"
        ),
        ("GET /a HTTP/1.0\r\n\r\n", "GET /a   ", "HTTP/1.0 needs no Host"),
        (
            "POST /a HTTP/1.1\r\nhOsT: h\r\ncontent-LENGTH: 2\r\n\r\nhi", "POST /a  h hi",
            "field names in any case"
        ),
        (
            "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n1;x=y\r\n!\r\n0\r\nT: v\r\n\r\n",
            "POST /a  h hi!", "chunks with an extension and a trailer"
        ),
    ]

    @Test("accepts each valid form of a request", arguments: accepted)
    func acceptance(request: String, echo: String, why: String) async throws {
        try await serving { port in
            let connection = try RawHTTP(port: port)
            await connection.send(request)
            #expect(await connection.response()?.text == echo, "\(why)")
        }
    }

    @Test func `answers pipelined requests in their order`() async throws {
        try await serving { port in
            let connection = try RawHTTP(port: port)
            await connection.send((0..<20).map { "GET /\($0) HTTP/1.1\r\nHost: h\r\n\r\n" }.joined())
            for number in 0..<20 { #expect(await connection.response()?.text == "GET /\(number)  h ") }
        }
    }

    @Test func `answers a client that has closed its sending side`() async throws {
        try await serving { port in
            let connection = try RawHTTP(port: port)
            await connection.send("GET /half HTTP/1.1\r\nHost: h\r\n\r\n")
            connection.closeWriting()
            #expect(await connection.response()?.text == "GET /half  h ")
            #expect(await connection.bytes(1).isEmpty)
        }
    }

    @Test func `reports a body that ends too early`() async throws {
        try await serving { port in
            let connection = try RawHTTP(port: port)
            await connection.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhi")
            connection.closeWriting()
            #expect(await connection.response()?.status == 400)
        }
    }

    @Test func `asks for a body only when it is wanted`() async throws {
        try await serving { port in
            let head = "HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
            let wanted = try RawHTTP(port: port)
            await wanted.send("POST /a \(head)")
            #expect(await wanted.response()?.status == 100)
            await wanted.send("hi")
            #expect(await wanted.response()?.text == "POST /a  h hi")
            let unwanted = try RawHTTP(port: port)
            await unwanted.send("POST /unread \(head)")
            #expect(await unwanted.response()?.status == 403)
        }
    }

    @Test func `a connection stays usable after a small body that was not wanted`() async throws {
        try await serving { port in
            let connection = try RawHTTP(port: port)
            let body = [UInt8](repeating: 1, count: 100_000)
            #expect(try await connection.exchange("POST", "/unread", body: body).status == 403)
            #expect(try await connection.exchange("GET", "/b").text == "GET /b  localhost ")
        }
    }

    @Test func `the response to a large body that is not wanted arrives while the client still sends`()
        async throws
    {
        try await serving { port in
            let connection = try RawHTTP(port: port)
            await connection.send("POST /unread HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000\r\n\r\nabc")
            let response = await connection.response()
            #expect(response?.status == 403)
            #expect(response?.fields["connection"] == "close")
        }
    }

    @Test func `a request with Upgrade gets an ordinary response, and is the last of its connection`()
        async throws
    {
        try await serving { port in
            for (method, body) in [("GET", ""), ("POST", "hello")] {
                let connection = try RawHTTP(port: port)
                let upgrade =
                    "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"
                await connection.send(
                    "\(method) /a HTTP/1.1\r\nHost: h\r\n\(upgrade)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
                )
                let response = await connection.response()
                #expect(response?.text == "\(method) /a  h \(body)")
                #expect(response?.fields["connection"] == "close")
                // What follows would otherwise be kept without a limit.
                #expect(await connection.bytes(1).isEmpty)
            }
        }
    }

    @Test(
        "a slow client gets the whole response before the connection closes",
        arguments: ["Connection: close\r\n", ""]
    )
    func whole(field: String) async throws {
        try await serving { port in
            let connection = try RawHTTP(port: port)
            await connection.send("GET /large HTTP/1.1\r\nHost: h\r\n\(field)\r\n")
            if field.isEmpty { connection.closeWriting() }
            var count = 0
            while true {
                let piece = await connection.bytes(50_000).count
                count += piece
                if piece < 50_000 { break }
            }
            #expect(count > 32 << 20)
        }
    }

    @Test func `a field with a line end is not sent`() async throws {
        try await serving { port in
            let connection = try RawHTTP(port: port)
            await connection.send("GET /split HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await connection.response() == nil)
        }
    }

    @Test func `a response to HEAD has a length and no body, and the connection stays usable`() async throws {
        try await serving { port in
            let connection = try RawHTTP(port: port)
            let head = try await connection.exchange("HEAD", "/a")
            #expect(head.fields["content-length"] == "19")
            #expect(try await connection.exchange("GET", "/b").text == "GET /b  localhost ")
        }
    }

    @Test func `closes a connection whose client is too slow`() async throws {
        var limits = ServerLimits()
        limits.patience = .milliseconds(200)
        try await serving(limits: limits) { port in
            for start in ["", "GET / HT", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc"] {
                let connection = try RawHTTP(port: port)
                await connection.send(start)
                #expect(await connection.ends(), "after \"\(start)\"")
            }
            #expect(try await RawHTTP(port: port).exchange("GET", "/still").status == 200)
        }
    }

    @Test func `closes connections over the limit at once, and serves again when one ends`() async throws {
        var limits = ServerLimits()
        limits.connections = 2
        try await serving(limits: limits) { port in
            var open = [try RawHTTP(port: port), try RawHTTP(port: port)]
            for connection in open { #expect(try await connection.exchange("GET", "/a").status == 200) }
            let third = try RawHTTP(port: port)
            #expect(await third.bytes(1).isEmpty)
            open.removeAll()
            try await wait(for: "a free place") {
                (try? await RawHTTP(port: port).exchange("GET", "/b").status) == 200
            }
        }
    }

    @Test func `ends while a client is in the middle of a request`() async throws {
        let connection = Mutex<RawHTTP?>(nil)
        try await serving { port in
            let open = try RawHTTP(port: port)
            await open.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhi")
            connection.withLock { $0 = open }
        }
        let kept = connection.withLock { $0 }
        let open = try #require(kept)
        #expect(await open.ends())
    }

    @Test func `ends connections that it has accepted and not yet taken`() async throws {
        let connections = Mutex<[RawHTTP]>([])
        for _ in 0..<8 {
            try await serving { port in
                let some = try (0..<32).map { _ in try RawHTTP(port: port) }
                connections.withLock { $0 = some }
            }
            for open in connections.withLock(\.self) { try #require(await open.ends()) }
        }
    }

    @Test func `a taken port is an error that says so`() async throws {
        try await serving { port in
            let failure = await #expect(throws: Failure.self) {
                _ = try await HTTPServer(listeningOn: "127.0.0.1", port: port)
            }
            #expect(failure?.code == .cannotListen)
            #expect(failure?.why == "another program uses this port")
        }
    }
}
