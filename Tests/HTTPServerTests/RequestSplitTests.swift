import Foundation
import RequestReplay
import TestSupport
import Testing

@testable import HTTPServer

/// The server in memory: where the network cuts a client's bytes changes nothing.
@Suite(.timeLimit(.minutes(3))) struct RequestSplitTests {
    static let inputs: [String] = {
        let folder = Fixtures.path("fuzz/FuzzRequest")
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }()

    @Test func `there are inputs`() { #expect(!Self.inputs.isEmpty) }

    @Test("the answer to a hostile input does not depend on its pieces", arguments: inputs)
    func regression(name: String) throws {
        let problem = try SplitCheck.problem(of: Fixtures.bytes("fuzz/FuzzRequest/\(name)"), SplitCheck.echo)
        #expect(problem == nil)
    }

    @Test func `the answer to what is rejected and accepted over a socket does not depend on its pieces`()
        throws
    {
        let requests =
            HTTPServerTests.rejected.map { ($0.request, $0.why) }
            + HTTPServerTests.accepted.map { ($0.request, $0.why) }
        for (request, why) in requests {
            // Also between other requests on the same connection.
            for text in [request, "GET /first HTTP/1.1\r\nHost: h\r\n\r\n" + request + request] {
                let problem = try SplitCheck.problem(of: Array(text.utf8), SplitCheck.echo)
                #expect(problem == nil, "\(why)")
            }
        }
    }

    @Test func `requests that are framed twice or wrongly get one rejection, and nothing after them is read`()
        throws
    {
        for name in [
            "length-and-chunked", "chunked-twice-then-pipelined", "two-lengths-then-pipelined", "length-list",
            "chunk-without-its-line-end", "chunk-size-beyond-64-bits", "connect-then-bytes",
        ] {
            let input = try Fixtures.bytes("fuzz/FuzzRequest/\(name)")
            let (response, hasEnded) = try Replay.exchange(
                SplitCheck.pieces(of: input),
                SplitCheck.echo
            )
            let text = String(decoding: response, as: UTF8.self)
            #expect(hasEnded)
            #expect(text.hasPrefix("HTTP/1.1 400 "), "\(name): \(text)")
            #expect(text.split(separator: "HTTP/1.1 ").count == 1, "\(name): \(text)")
        }
    }

    @Test func `pipelined requests are answered in their order, wherever they are cut`() throws {
        let requests = (0..<5).map {
            "POST /\($0) HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n0123456789"
        }
        let input = Array(requests.joined().utf8)
        #expect(try SplitCheck.problem(of: input, SplitCheck.echo) == nil)
        let (response, _) = try Replay.exchange(input.indices.map { input[$0...$0] }, SplitCheck.echo)
        let text = String(decoding: response, as: UTF8.self)
        let found = text.split(separator: "\r\n\r\n").dropFirst().compactMap {
            $0.split(separator: " ").dropFirst().first
        }
        #expect(found == ["/0", "/1", "/2", "/3", "/4"])
    }

    static let endless: [(start: String, repeated: String, why: String)] = [
        ("GET /", "x", "a target"),
        ("GET /?", "x", "a query"),
        ("", "x", "a method"),
        ("GET / HTTP/1.1", "1", "a version"),
        ("GET / HTTP/1.1\r\nHost: h\r\n", "x", "a field name"),
        ("GET / HTTP/1.1\r\nHost: h\r\nX: ", "x", "a field"),
        ("GET / HTTP/1.1\r\nHost: h\r\n", "X: y\r\n", "fields"),
        ("GET / HTTP/1.1\r\nHost: h\r\n", "X:\r\n", "empty fields"),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1", "1", "the size of a chunk"),
        (
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X: y\r\n",
            "trailer fields"
        ),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: ", "x", "a trailer field"),
        (
            "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n", "x",
            "bytes after Upgrade"
        ),
    ]

    @Test("a request without an end is rejected before it takes memory", arguments: endless)
    func limits(start: String, repeated: String, why: String) throws {
        let connection = try Replay(SplitCheck.echo)
        connection.settle()
        connection.send(start.utf8)
        let piece = Array(String(repeating: repeated, count: 16 * 1024 / repeated.utf8.count).utf8)
        var sent = 0
        while !connection.hasEnded, sent < 1 << 20 {
            connection.settle()
            connection.send(piece)
            sent += piece.count
        }
        connection.settle()
        #expect(connection.hasEnded, "\(why)")
        #expect(sent <= 2 * ServerLimits().headSize, "\(why)")
    }
}
