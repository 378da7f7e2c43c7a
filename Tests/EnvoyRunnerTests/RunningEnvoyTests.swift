import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import EnvoyRunner

/// Parts of a running Envoy that need none: its log, its responses, and requests to it.
@Suite struct RunningEnvoyTests {
    static let lines: [(line: String, plugin: String?, message: String, why: String)] = [
        ("debug wasm wasm log case-1 case-1: text", "case-1", "text", "a stream"),
        ("info wasm wasm log case-1: text", "case-1", "text", "the start"),
        ("info wasm wasm log case-1 my root case-1: a: b", "case-1", "a: b", "a root ID with a blank"),
        ("info wasm wasm log case-1 x: case-1: y", "case-1", "y", "a root ID with a colon"),
        (
            "info wasm wasm log case-2 case-2: case-1: y", "case-2", "case-1: y",
            "another plugin's name in the text"
        ),
        ("info wasm wasm log case-1: a\\nb\\\"", "case-1", "a\nb\"", "escapes"),
        ("info wasm wasm log other: text", nil, "wasm log other: text", "an unknown plugin"),
        ("error wasm Function: f failed: x", nil, "Function: f failed: x", "Envoy"),
        ("error main wasm log case-1: text", nil, "wasm log case-1: text", "another logger"),
    ]

    @Test("reads a line of the log", arguments: lines)
    func line(line: String, plugin: String?, message: String, why: String) throws {
        let read = try #require(EnvoyLogLine(Array(line.utf8)[...], plugins: ["case-1", "case-2"]))
        #expect(read.plugin == plugin, "\(why)")
        #expect(read.message == message, "\(why)")
    }

    @Test("names levels as SDKs do", arguments: [("warning", "warn"), ("critical", "critical")])
    func level(envoys: String, name: String) throws {
        let read = try #require(EnvoyLogLine(Array("\(envoys) wasm wasm log p: x".utf8)[...], plugins: ["p"]))
        #expect(read.level == name)
    }

    @Test func `lines of plugins whose turn comes later are kept, those of plugins that had it are not`() {
        let output = EnvoyOutput(plugins: ["a", "b"], onLine: nil)
        func add(_ text: String) { output.add(.errors, Array(text.utf8)[...]) }
        func take(_ plugin: String) -> [String] { output.take(of: plugin).lines.map(\.message) }
        add("info wasm wasm log b: early")
        add("info wasm wasm log a: own")
        add("info main Envoy's")
        #expect(take("a") == ["own", "Envoy's"])
        add("info wasm wasm log b: late")
        #expect(take("a") == [])
        #expect(take("b") == ["early", "late"])
        add("info wasm wasm log a: too late")
        #expect(take("b") == [])
        #expect(take("a") == [])
    }

    @Test func `of a plugin whose turn comes later, the first lines are kept`() {
        let output = EnvoyOutput(plugins: ["a", "b"], onLine: nil)
        for number in 0..<300 { output.add(.errors, Array("info wasm wasm log b: \(number)".utf8)[...]) }
        #expect(output.take(of: "a").lines.isEmpty)
        #expect(output.take(of: "b").lines.map(\.message) == (0..<200).map { "\($0)" })
    }

    @Test func `reads the reason of each plugin that was rejected`() {
        func line(_ message: String) -> EnvoyLogLine {
            EnvoyLogLine(level: "error", plugin: nil, message: message)
        }
        let lines = [
            line("Base Wasm created 1 now active"), line("Failed to configure base Wasm plugin"),
            line("Plugin case-1 failed to load"),
            line("Function: proxy_on_configure failed: Uncaught\nbacktrace"),
            line("Failed to configure base Wasm plugin"),
            line("Plugin case-2 failed to load"),
        ]
        let reasons = EnvoyLogReason.reasons(of: lines, ["case-1", "case-2", "case-3"])
        #expect(reasons["case-2"] == "Function: proxy_on_configure failed: Uncaught")
        #expect(reasons["case-3"] == nil)
    }

    static let responses: [(bytes: String, status: Int, body: String, why: String)] = [
        ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nab", 200, "ab", "a length"),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n1;x=y\r\nb\r\n0\r\nt: x\r\n\r\n",
            200, "ab", "chunks"
        ),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\n", 204, "", "an interim response"),
        ("HTTP/1.1 503 \r\nconnection: close\r\n\r\nabc", 503, "abc", "the end of the connection"),
    ]

    @Test("reads a response, also byte by byte", arguments: responses)
    func response(bytes: String, status: Int, body: String, why: String) throws {
        var whole = ResponseReader(to: "GET", limit: 100)
        try whole.add(bytes.utf8)
        var single = ResponseReader(to: "GET", limit: 100)
        for byte in bytes.utf8 { try single.add([byte]) }
        for response in [try whole.finished(), try single.finished()] {
            #expect(response.status == status, "\(why)")
            #expect(response.body == Array(body.utf8), "\(why)")
        }
    }

    static let broken: [(bytes: String, error: ProxyExchangeError)] = [
        ("", .closed), ("HTTP/1.1 200 OK\r\n", .closed),
        ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\na", .closed),
        ("SSH-2.0\r\n\r\n", .malformed("the first line is not a status line")),
        ("HTTP/1.1 200 OK\r\nx\r\n\r\n", .malformed("a header field has no colon")),
        ("HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n", .malformed("content-length is not a number")),
        ("HTTP/1.1 200 OK\r\ncontent-length: 101\r\n\r\n", .tooLarge(limit: 100)),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
            .malformed("a chunk has no valid size")
        ),
    ]

    @Test("rejects a response that is incomplete or not valid", arguments: broken)
    func brokenResponse(bytes: String, error: ProxyExchangeError) {
        #expect(throws: error) {
            var reader = ResponseReader(to: "GET", limit: 100)
            try reader.add(bytes.utf8)
            _ = try reader.finished()
        }
    }

    @Test func `a request has its pieces, and the fields that are missing`() {
        var request = ProxyRequest()
        request.method = "POST"
        request.body = Array("abcdef".utf8)
        request.pieces = [1, 2]
        let texts = request.messages.map { String(decoding: $0, as: UTF8.self) }
        #expect(
            texts == ["POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 6\r\n\r\n", "a", "bc", "def"]
        )
        request.headers = [("Transfer-Encoding", "chunked"), ("HOST", "x")]
        let chunked = request.messages.map { String(decoding: $0, as: UTF8.self) }
        #expect(chunked[0] == "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nHOST: x\r\n\r\n")
        #expect(chunked.dropFirst() == ["1\r\na\r\n", "2\r\nbc\r\n", "3\r\ndef\r\n0\r\n\r\n"])
    }
}
