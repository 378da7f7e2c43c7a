import Foundation
import HTTPTransport
import TestSupport
import Testing

@Suite(.timed, .timeLimit(.minutes(5))) struct FailureTests {
    let peer: PythonPeer

    init() throws { peer = try PythonPeer.plain.get() }

    static let broken: [(path: String, kind: TransferError.Kind, why: String)] = [
        ("/cut/10", .connectionLost, "the body is cut short"),
        ("/cut/0", .connectionLost, "the body never starts"),
        ("/cut-chunked", .connectionLost, "the last chunk never comes"),
        ("/empty", .connectionLost, "closed without an answer"),
        ("/reset", .connectionLost, "reset without an answer"),
        ("/bad-chunk", .protocolViolation, "a chunk without a size"),
        ("/raw/garbage", .protocolViolation, "not HTTP"),
        ("/raw/http09", .protocolViolation, "HTTP/0.9 has no head to judge by"),
        ("/raw/version2", .protocolViolation, "a version that was not requested"),
        ("/raw/two-lengths", .protocolViolation, "two lengths: where does the body end?"),
        ("/raw/listed-lengths", .protocolViolation, "two lengths in one field"),
        ("/raw/signed-length", .protocolViolation, "a length is digits"),
        ("/raw/negative-length", .protocolViolation, "a length is digits"),
        ("/raw/word-length", .protocolViolation, "a length is digits"),
        ("/raw/overflowing-length", .protocolViolation, "a length that overflows"),
        ("/raw/gzip-transfer", .protocolViolation, "a transfer coding that was not requested"),
        ("/raw/no-colon", .protocolViolation, "a line that is no field"),
        (
            "/raw/blank-before-colon", .protocolViolation,
            "a field that hides from some parsers (RFC 9112 §5.1)"
        ),
        ("/raw/no-status", .protocolViolation, "no status"),
        ("/raw/switching", .protocolViolation, "another protocol"),
        ("/raw/long-line", .protocolViolation, "a line over libcurl's own limit"),
        ("/fields/1/70000", .protocolViolation, "one field over 64 KiB"),
        ("/fields/100/700", .protocolViolation, "fields of more than 64 KiB together"),
        ("/fields/200/1", .protocolViolation, "201 fields with Content-Length"),
        ("/interim-forever", .protocolViolation, "interim heads without an end"),
        ("/endless", .tooLarge, "more than the sink accepts"),
        ("/huge", .tooLarge, "announces more than the sink accepts"),
    ]

    @Test("reports the kind of each invalid response", arguments: broken)
    func brokenAnswer(path: String, kind: TransferError.Kind, why: String) async throws {
        let error = await failure(of: try peer.url(path), over: try CurlTransport(), limit: 1_000_000)
        #expect(error?.kind == kind, "\(why): \(String(describing: error))")
        #expect(error?.detail.isEmpty == false)
        #expect(error?.detail.contains("emory") == false, "\(why): a limit is not a lack of memory")
        if path == "/raw/long-line" { #expect(error?.detail.contains("100 KB") == true) }
    }

    @Test func `accepts a body at the limit and rejects one more byte`() async throws {
        let transport = try CurlTransport()
        let (_, body) = try await exchange(.get, try peer.url("/bytes/1000"), over: transport, limit: 1000)
        #expect(body.bytes.count == 1000)
        let error = await failure(of: try peer.url("/bytes/1001"), over: transport, limit: 1000)
        #expect(error?.kind == .tooLarge)
    }

    @Test func `gives up on a stalled server, before and within the body`() async throws {
        let options = TransportOptions(stallPeriod: .seconds(1))
        let transport = try CurlTransport(options)
        for path in ["silent", "drip"] {
            let mark = UUID().uuidString
            let error = await failure(of: try peer.url("/\(path)/\(mark)"), over: transport)
            #expect(error?.kind == .stalled, "\(path)")
            let (seen, _) = try await exchange(
                .get,
                try peer.url("/when/\(mark)-gone"),
                over: CurlTransport()
            )
            #expect(seen.status == 200)
        }
    }

    @Test func `reports an unfinished TLS handshake as a connection timeout`() async throws {
        let socket = try SilentSocket(isListening: true)
        let transport = try CurlTransport(TransportOptions(connectTimeout: .milliseconds(300)))
        let error = await failure(
            of: try HTTPURL(parsing: "https://127.0.0.1:\(socket.port)/"),
            over: transport
        )
        #expect(error?.kind == .connectTimedOut)
    }

    @Test func `reports a port without a listener as refused`() async throws {
        let socket = try SilentSocket(isListening: false)
        let url = try HTTPURL(parsing: "http://127.0.0.1:\(socket.port)/")
        #expect(await failure(of: url, over: try CurlTransport())?.kind == .connectionRefused)
    }

    @Test func `reports an unknown host name`() async throws {
        let url = try HTTPURL(parsing: "http://wasmpack-test.invalid/")
        #expect(await failure(of: url, over: try CurlTransport())?.kind == .addressUnknown)
    }

    @Test func `a failed transfer does not affect the others`() async throws {
        let transport = try CurlTransport()
        async let broken = failure(of: try peer.url("/cut/10"), over: transport)
        async let whole = exchange(.get, try peer.url("/bytes/2000000"), over: transport)
        #expect(try await broken?.kind == .connectionLost)
        #expect(try await whole.body.bytes.count == 2_000_000)
    }
}
