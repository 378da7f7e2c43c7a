package import Diagnostics
import NIOCore
import NIOHTTP1

/// A piece of a body.
package struct BodyPiece: Sendable {
    private let buffer: ByteBuffer

    init(_ buffer: ByteBuffer) { self.buffer = buffer }

    /// The number of bytes.
    package var count: Int { buffer.readableBytes }

    /// Calls a function with the bytes.
    package func withBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var result: Swift.Result<Result, Failure>?
        buffer.withUnsafeReadableBytes { bytes in
            result = Swift.Result { () throws(Failure) in try body(bytes) }
        }
        guard let result else { throw Failure(.internalError, "a piece of a body cannot be read") }
        return try result.get()
    }
}

/// The requests of one connection, in order, and the body of the current one.
///
/// Reads from the connection only when asked, so a client is never faster than the disk.
package final class RequestBody: PieceReader {
    typealias Inbound = NIOAsyncChannelInboundStream<HTTPServerRequestPart>
    typealias Outbound = NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>

    private var iterator: Inbound.AsyncIterator
    private let outbound: Outbound
    /// Whether the current request has been read to its end.
    private(set) var isComplete = true
    /// The bytes that the client has announced and not sent yet; `nil` if it has announced no length.
    private var rest: Int?
    /// Whether the client waits for `100 Continue` before it sends the body (RFC 9110, section 10.1.1).
    private var awaitsContinue = false

    init(_ iterator: Inbound.AsyncIterator, _ outbound: Outbound) {
        self.iterator = iterator
        self.outbound = outbound
    }

    /// Returns the head of the next request; `nil` at the end of the connection.
    func nextHead() async throws -> HTTPRequestHead? {
        while let part = try await iterator.next() {
            guard case .head(let head) = part else { continue }
            isComplete = false
            rest = head.headers.first(name: "Content-Length").flatMap { Int($0) }
            awaitsContinue = head.headers[canonicalForm: "expect"].contains {
                $0.lowercased() == "100-continue"
            }
            return head
        }
        return nil
    }

    /// Returns the next piece; `nil` at the end.
    ///
    /// Throws ``Failure/Code/connectionLost`` if the connection ends earlier, and ``Failure/Code/protocolViolation`` for
    /// invalid chunks.
    package func next() async throws(Failure) -> BodyPiece? {
        if isComplete { return nil }
        let part: HTTPServerRequestPart?
        do {
            if awaitsContinue {
                awaitsContinue = false
                try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: .continue)))
            }
            part = try await iterator.next()
        } catch is HTTPParserError {
            throw Failure(.protocolViolation, "the request's body is not valid HTTP")
        } catch {
            throw Failure(.connectionLost, "the client's connection was lost", cause: error)
        }
        switch part {
        case .body(let buffer)?:
            if let announced = rest { rest = max(0, announced - buffer.readableBytes) }
            return BodyPiece(buffer)
        case .end?:
            isComplete = true
            return nil
        case .head?, nil:
            throw Failure(.connectionLost, "the client closed the connection before the end of its request")
        }
    }

    /// Reads and discards the rest of the body if it is not announced to be larger than `limit` bytes; returns whether it ended
    /// within them.
    func finish(limit: Int) async -> Bool {
        if let rest, rest > limit { return false }
        return await discard(limit: limit)
    }

    /// Reads the rest of the body and discards it; returns whether it ended within `limit` bytes.
    func discard(limit: Int) async -> Bool {
        if awaitsContinue { return false }
        var count = 0
        do {
            while let piece = try await next() {
                count += piece.count
                if count > limit { return false }
            }
            return true
        } catch {
            return false
        }
    }
}

/// A body that is read piece by piece.
package protocol PieceReader {
    /// Returns the next piece; `nil` at the end.
    func next() async throws(Failure) -> BodyPiece?
}

extension PieceReader {
    /// Reads a whole body; throws ``Failure/Code/requestRejected`` if it is larger than `limit` bytes.
    package func bytes(limit: Int) async throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        while let piece = try await next() {
            guard bytes.count + piece.count <= limit else {
                throw Failure(.requestRejected, "the body is larger than \(limit) bytes")
            }
            try piece.withBytes { bytes.append(contentsOf: $0) }
        }
        return bytes
    }
}
