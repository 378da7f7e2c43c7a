import Testing

@testable import HTTPTransport

@Suite struct HeadReaderTests {
    /// Passes the lines to a reader and returns every final head.
    func read(_ lines: [String], isHTTP2: Bool = false) throws(TransferError) -> [Response] {
        var reader = HeadReader()
        var heads: [Response] = []
        for line in lines {
            let bytes = Array("\(line)\r\n".utf8)
            let head = try bytes.withUnsafeBufferPointer { (bytes) throws(TransferError) in
                try reader.read(UnsafeRawBufferPointer(bytes), isHTTP2: isHTTP2)
            }
            if let head { heads.append(head) }
        }
        return heads
    }

    @Test func `accepts the status line of HTTP/2 only over HTTP/2`() throws {
        let lines = ["HTTP/2 200", "a: b", ""]
        #expect(try read(lines, isHTTP2: true) == [Response(status: 200, headers: ["a": "b"])])
        #expect(throws: TransferError.self) { try read(lines) }
        #expect(throws: TransferError.self) { try read(["HTTP/3 200", ""], isHTTP2: true) }
    }

    @Test func `does not read a trailer as a head`() throws {
        let heads = try read(["HTTP/1.1 200 OK", "A: b", "", "HTTP/1.1 500 Late", "C: d", ""])
        #expect(heads == [Response(status: 200, headers: ["A": "b"])])
    }

    @Test func `excludes the fields of interim heads`() throws {
        let heads = try read(["HTTP/1.1 103 Early", "A: b", "", "HTTP/1.1 204 OK", "C: d", ""])
        #expect(heads == [Response(status: 204, headers: ["C": "d"])])
    }

    @Test func `trims blanks around a value`() throws {
        let heads = try read(["HTTP/1.0 200", "A: \t b c \t", "B:", "C::", ""])
        #expect(heads == [Response(status: 200, headers: ["A": "b c", "B": "", "C": ":"])])
    }

    @Test func `rejects endless trailers`() {
        let trailer = (1...HeadReader.countLimit + 1).map { "X-\($0): late" }
        let error = #expect(throws: TransferError.self) { try read(["HTTP/1.1 200 OK", ""] + trailer) }
        #expect(error?.kind == .protocolViolation)
    }

    static let rejected: [(line: String, why: String)] = [
        ("", "nothing"),
        ("HTTP/1.1", "no status"),
        ("HTTP/1.1 20", "two digits"),
        ("HTTP/1.1 2000", "four digits"),
        ("HTTP/1.1 +20", "a sign"),
        ("HTTP/1.1 099", "below 100"),
        ("HTTP/1.1 2x0", "not a number"),
        ("HTTP/3 200", "another version"),
        ("ICY 200 OK", "another protocol"),
    ]

    @Test("rejects an invalid status line", arguments: rejected)
    func rejection(line: String, why: String) {
        let error = #expect(throws: TransferError.self, "\(why)") { try read([line]) }
        #expect(error?.kind == .protocolViolation)
    }
}
