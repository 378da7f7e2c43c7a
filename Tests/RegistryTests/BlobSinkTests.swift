import Diagnostics
import HTTPTransport
import OCI
import Storage
import TestSupport
import Testing

@testable import Registry

@Suite struct BlobSinkTests {
    private static let content = Array("0123456789".utf8)
    private let folder: TemporaryFolder
    private let sink: BlobSink

    init() throws {
        folder = try TemporaryFolder()
        sink = try BlobSink(
            for: Blob(Self.content, mediaType: .layerTarGzip).descriptor,
            from: RegistryName(parsing: "r.example"),
            in: folder.path
        ) { _ in }
    }

    private func receive(_ text: String) throws {
        try Array(text.utf8).withUnsafeBytes { try sink.receive($0) }
    }

    @Test func `makes a blob of all received pieces`() throws {
        try sink.begin(Response(status: 200))
        try receive("01234")
        #expect(sink.byteCount == 5)
        try receive("56789")
        #expect(try sink.finish().bytes(limit: .max) == Self.content)
    }

    @Test func `rejects a wrong Content-Length before the first byte`() {
        let error = #expect(throws: TransferError.self) {
            try sink.begin(Response(status: 200, headers: ["Content-Length": "11"]))
        }
        #expect(error?.kind == .sinkRejected)
        #expect(sink.failure?.code == .digestMismatch)
    }

    @Test func `does not write more bytes than the size`() throws {
        try sink.begin(Response(status: 200))
        try receive("012345678")
        #expect(throws: TransferError.self) { try receive("9+") }
        #expect(sink.byteCount == 9)
        #expect(sink.failure?.why?.contains("the registry sent more") == true)
    }

    @Test func `a second complete response starts again, and the most bytes received are kept`() throws {
        try sink.begin(Response(status: 200))
        try receive("0123456")
        try sink.begin(Response(status: 200))
        #expect(sink.byteCount == 0)
        #expect(sink.furthest == 7)
        try receive("0123456789")
        #expect(try sink.finish().bytes(limit: .max) == Self.content)
    }

    @Test func `rejects a remaining part with the wrong length`() throws {
        try sink.begin(Response(status: 200))
        try receive("0123")
        let range: HeaderFields = ["Content-Range": "bytes 4-9/10", "Content-Length": "10"]
        #expect(throws: TransferError.self) { try sink.begin(Response(status: 206, headers: range)) }
        #expect(sink.failure?.code == .digestMismatch)
    }

    @Test func `a discarded blob leaves no file`() throws {
        try sink.begin(Response(status: 200))
        try receive("0123")
        #expect(folder.names.count == 1)
        sink.discard()
        #expect(folder.names.isEmpty)
        #expect(throws: TransferError.self) { try receive("4") }
    }

    static let ranges: [(text: String, isRange: Bool)] = [
        ("bytes 0-0/1", true), ("bytes 4-9/10", true), ("bytes 9-4/10", false), ("bytes 4-10/10", false),
        ("bytes -4-9/10", false), ("bytes 4-9/*", false), ("bytes */10", false), ("bytes=4-9/10", false),
        ("items 4-9/10", false), ("bytes 4-9/10, bytes 0-1/10", false), ("bytes 4-9/10x", false),
        ("bytes 4-9/99999999999999999999", false), ("bytes ٤-٩/10", false), ("", false),
    ]

    @Test("parses a Content-Range with three valid numbers only", arguments: ranges)
    func range(text: String, isRange: Bool) {
        #expect((ContentRange(parsing: text) != nil) == isRange)
    }

    static let encodings: [(fields: HeaderFields, encoding: String?)] = [
        ([:], nil), (["Content-Encoding": ""], nil), (["content-encoding": "Identity"], nil),
        (["Content-Encoding": "gzip"], "gzip"), (["Content-Encoding": "identity, br"], "br"),
        (["Content-Encoding": "gzip", "content-encoding": "br"], "gzip, br"),
    ]

    @Test("detects a content coding", arguments: encodings)
    func encoding(fields: HeaderFields, encoding: String?) {
        #expect(Response(status: 200, headers: fields).contentEncoding == encoding)
    }
}
