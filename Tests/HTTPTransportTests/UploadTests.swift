import Foundation
import HTTPTransport
import Synchronization
import SystemPackage
import TestSupport
import Testing

@Suite(.timed, .timeLimit(.minutes(5))) final class UploadTests {
    let peer: PythonPeer
    let transport: CurlTransport
    let file: FilePath

    init() throws {
        peer = try PythonPeer.plain.get()
        transport = try CurlTransport()
        let name = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try Data(Self.content).write(to: name)
        file = FilePath(name.path)
    }

    deinit { try? FileManager.default.removeItem(atPath: file.string) }

    /// The content of the file; all its blocks differ.
    static let content = (0..<3_000_001).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ ($0 >> 8)) }

    /// The content's digest from sha256sum.
    static let digest = "8cee8b8069d82ec13cc0dcce31e058d7d49db3a1ca46afe94a30017e980fd4d0"

    @Test func `sends a file byte for byte, also the second time`() async throws {
        for _ in 1...2 {
            let (_, body) = try await exchange(
                .put,
                try peer.url("/echo"),
                body: .file(file, size: 3_000_001),
                over: transport
            )
            let echo = try Echo(body)
            #expect(echo.length == 3_000_001)
            #expect(echo.all("Content-Length") == ["3000001"])
            #expect(echo.all("Expect").isEmpty, "waiting for leave costs a round trip")
            #expect(echo.sha256 == Self.digest)
        }
    }

    @Test func `sends a file again from its start after a reused connection fails`()
        async throws
    {
        // A server may close a reused connection while the next request is in transit. libcurl sends it again.
        _ = try await exchange(.get, try peer.url("/echo"), over: transport)
        let steps = Log<Int>()
        let buffer = BodyBuffer(limit: 10_000)
        let request = Request(
            method: .put,
            url: try peer.url("/drop-reused"),
            body: .file(file, size: 3_000_001),
            uploadProgress: { steps.append($0) }
        )
        _ = try await transport.send(request, into: buffer)
        #expect(try Echo(buffer).sha256 == Self.digest)
        #expect(steps.all.filter { $0 == 3_000_001 }.count == 2, "it was sent twice")
    }

    @Test func `does not send a body again that must be sent once`() async throws {
        _ = try await exchange(.get, try peer.url("/echo"), over: transport)
        let steps = Log<Int>()
        var request = Request(
            method: .patch,
            url: try peer.url("/drop-reused"),
            body: .file(file, size: 3_000_001),
            uploadProgress: { steps.append($0) }
        )
        request.sendsBodyOnce = true
        let once = request
        let error = await #expect(throws: TransferError.self) {
            try await self.transport.send(once, into: BodyBuffer(limit: 10_000))
        }
        #expect(error?.kind == .connectionLost)
        #expect(steps.all.filter { $0 == 3_000_001 }.count == 1, "it was sent once")
    }

    @Test func `reports progress up to the whole size`() async throws {
        let steps = Log<Int>()
        let request = Request(
            method: .put,
            url: try peer.url("/echo"),
            body: .file(file, size: 3_000_001),
            uploadProgress: { steps.append($0) }
        )
        _ = try await transport.send(request, into: BodyBuffer(limit: 10_000))
        #expect(steps.all.last == 3_000_001)
        #expect(steps.all.count > 3)
        #expect(steps.all == steps.all.sorted())
    }

    static let wrongSizes: [(size: Int, why: String)] = [
        (3_000_000, "the file has grown"),
        (3_000_002, "the file has shrunk"),
        (0, "the file has grown from nothing"),
    ]

    @Test("does not send a file whose size differs from the announced size", arguments: wrongSizes)
    func wrongSize(size: Int, why: String) async throws {
        let body = Body.file(file, size: size)
        let error = await #expect(throws: TransferError.self, "\(why)") {
            try await exchange(
                .put,
                try HTTPURL(parsing: "http://127.0.0.1:1/"),
                body: body,
                over: self.transport
            )
        }
        #expect(error?.kind == .bodyUnreadable)
        #expect(error?.detail.contains("3000001") == true)
    }

    @Test func `fails if a file shrinks during the upload`() async throws {
        let path = file.string
        let request = Request(
            method: .put,
            url: try peer.url("/echo"),
            body: .file(file, size: 3_000_001),
            uploadProgress: { _ in truncate(path, 400_000) }
        )
        let error = await #expect(throws: TransferError.self) {
            try await self.transport.send(request, into: BodyBuffer(limit: 10_000))
        }
        #expect(error?.kind == .bodyUnreadable)
        #expect(error?.detail.contains("400000") == true)
    }

    static let unreadable: [(path: FilePath, why: String)] = [
        ("/nonexistent/file", "it does not exist"),
        ("/tmp", "it is a folder"),
        ("/dev/null", "it is a device, of another size"),
    ]

    @Test("reports an unreadable body", arguments: unreadable)
    func unreadableBody(path: FilePath, why: String) async throws {
        let error = await #expect(throws: TransferError.self, "\(why)") {
            try await exchange(
                .put,
                try self.peer.url("/echo"),
                body: .file(path, size: 5),
                over: self.transport
            )
        }
        #expect(error?.kind == .bodyUnreadable)
    }

    @Test func `does not follow a link`() async throws {
        let link = file.string + ".link"
        try #require(symlink(file.string, link) == 0)
        defer { unlink(link) }
        let error = await #expect(throws: TransferError.self) {
            try await exchange(
                .put,
                try self.peer.url("/echo"),
                body: .file(FilePath(link), size: 3_000_001),
                over: self.transport
            )
        }
        #expect(error?.kind == .bodyUnreadable)
        #expect(error?.detail.contains("symbolic link") == true)
    }

    static let slices: [(range: Range<Int>, why: String)] = [
        (0..<3_000_001, "all of it"), (0..<1, "the first byte"), (3_000_000..<3_000_001, "the last byte"),
        (1_000_000..<2_500_000, "some in the middle"), (7..<7, "nothing"),
    ]

    @Test("sends part of a file byte for byte", arguments: slices)
    func slice(range: Range<Int>, why: String) async throws {
        func sent(_ body: Body) async throws -> Echo {
            try Echo(try await exchange(.patch, try peer.url("/echo"), body: body, over: transport).body)
        }
        let slice = try await sent(.slice(file, range, size: 3_000_001))
        let bytes = try await sent(.bytes(Array(Self.content[range])))
        #expect(slice.length == range.count, "\(why)")
        #expect(slice.all("Content-Length") == ["\(range.count)"])
        #expect(slice.sha256 == bytes.sha256)
    }

    static let badSlices: [(range: Range<Int>, size: Int, kind: TransferError.Kind, why: String)] = [
        (0..<5, 4, .invalidRequest, "past the end"), (-1..<3, 3_000_001, .invalidRequest, "before the start"),
        (0..<4, 3_000_000, .bodyUnreadable, "of a file that has another size"),
    ]

    @Test("rejects a range outside of the file", arguments: badSlices)
    func badSlice(range: Range<Int>, size: Int, kind: TransferError.Kind, why: String) async throws {
        let error = await #expect(throws: TransferError.self, "\(why)") {
            try await exchange(
                .patch,
                try HTTPURL(parsing: "http://127.0.0.1:1/"),
                body: .slice(self.file, range, size: size),
                over: self.transport
            )
        }
        #expect(error?.kind == kind)
    }

    @Test func `inspects a body before each sending`() async throws {
        _ = try await exchange(.get, try peer.url("/echo"), over: transport)
        let pieces = Log<(count: Int, offset: Int)>()
        let request = Request(
            method: .put,
            url: try peer.url("/drop-reused"),
            body: .file(file, size: 3_000_001),
            inspectBody: { bytes, offset in pieces.append((bytes.count, offset)) }
        )
        _ = try await transport.send(request, into: BodyBuffer(limit: 10_000))
        #expect(pieces.all.filter { $0.offset == 0 }.count == 2, "it was sent twice")
        var expected = 0
        for piece in pieces.all {
            if piece.offset == 0 { expected = 0 }
            #expect(piece.offset == expected)
            expected += piece.count
        }
        #expect(expected == 3_000_001)
    }

    @Test func `does not send a piece that the inspection rejects`() async throws {
        let sent = Log<Int>()
        let request = Request(
            method: .put,
            url: try peer.url("/echo"),
            body: .file(file, size: 3_000_001),
            inspectBody: { bytes, offset throws(TransferError) in
                if offset + bytes.count == 3_000_001 { throw TransferError(.bodyUnreadable, "as scripted") }
            },
            uploadProgress: { sent.append($0) }
        )
        let error = await #expect(throws: TransferError.self) {
            try await self.transport.send(request, into: BodyBuffer(limit: 10_000))
        }
        #expect(error == TransferError(.bodyUnreadable, "as scripted"))
        #expect((sent.all.last ?? 0) < 3_000_001)
    }

    @Test func `a pipe does not block the transport`() async throws {
        let pipe = file.string + ".pipe"
        try #require(mkfifo(pipe, 0o600) == 0)
        defer { unlink(pipe) }
        let error = await #expect(throws: TransferError.self) {
            try await exchange(
                .put,
                try self.peer.url("/echo"),
                body: .file(FilePath(pipe), size: 5),
                over: self.transport
            )
        }
        #expect(error?.kind == .bodyUnreadable)
    }

    @Test func `returns a response that arrives before the body is sent`() async throws {
        let (response, body) = try await exchange(
            .put,
            try peer.url("/refuse"),
            body: .file(file, size: 3_000_001),
            over: transport
        )
        #expect(response.status == 401)
        #expect(body.bytes == Array("who are you".utf8))
    }

    @Test func `reports a reset during an upload as a lost connection`() async throws {
        let error = await #expect(throws: TransferError.self) {
            try await exchange(
                .put,
                try self.peer.url("/reset-upload"),
                body: .file(self.file, size: 3_000_001),
                over: self.transport
            )
        }
        #expect(error?.kind == .connectionLost)
    }
}

/// Records the arguments of a callback on another thread.
final class Log<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])

    var all: [Element] { elements.withLock { $0 } }

    func append(_ element: Element) { elements.withLock { $0.append(element) } }
}
