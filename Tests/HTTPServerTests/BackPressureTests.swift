import RequestReplay
import Synchronization
import Testing

@testable import HTTPServer

/// The server is never faster than its client, and never reads what it does not need; ``ServerTLSTests`` has the same with TLS.
@Suite(.timeLimit(.minutes(3))) struct BackPressureTests {
    /// A response of a GiB, and how much of it was read.
    private final class Large: Sendable {
        let count = Mutex(0)

        func respond(_ request: ServerRequest, _ body: RequestBody) async -> ServerResponse {
            ServerResponse(
                200,
                body: .stream(length: 1 << 30) { offset, count in
                    self.count.withLock { $0 = offset + count }
                    return Array(repeating: 7, count: count)
                }
            )
        }
    }

    @Test("a response is read as fast as its client takes it, and no faster", arguments: [0, 1 << 20])
    func response(capacity: Int) throws {
        let large = Large()
        let connection = try Replay(capacity: capacity, large.respond)
        connection.settle()
        connection.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n".utf8)
        connection.settle()
        let count = large.count.withLock(\.self)
        #expect(count >= capacity)
        // One piece waits in the channel, and one in the task.
        #expect(count <= capacity + 3 * 128 * 1024)
        #expect(!connection.hasEnded)
        connection.pass(61)
        #expect(connection.hasEnded, "the client has read nothing for a minute")
        #expect(large.count.withLock(\.self) <= count + 128 * 1024)
    }

    /// A function that reads no body until it is released.
    private final class Held: Sendable {
        let waiting = Mutex<CheckedContinuation<Void, Never>?>(nil)

        func respond(_ request: ServerRequest, _ body: RequestBody) async -> ServerResponse {
            await withCheckedContinuation { continuation in waiting.withLock { $0 = continuation } }
            return await SplitCheck.echo(request, body)
        }

        func release() { waiting.withLock { $0?.resume() } }
    }

    @Test func `a body is received no faster than it is read, and completely`() throws {
        let held = Held()
        let connection = try Replay(held.respond)
        let size = 64 * 1024
        connection.settle()
        connection.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: \(size)\r\n\r\n".utf8)
        connection.settle()
        var sent = 0
        while connection.isReading, sent < size {
            connection.send([UInt8](repeating: 120, count: 1024))
            sent += 1024
            connection.settle()
        }
        #expect(sent < 8 * 1024, "the server has received \(sent) bytes that it has not asked for")
        held.release()
        connection.settle()
        while connection.isReading, sent < size {
            connection.send([UInt8](repeating: 120, count: 1024))
            sent += 1024
            connection.settle()
        }
        #expect(sent == size)
        #expect(connection.received.count { $0 == 120 } >= size)
    }
}
