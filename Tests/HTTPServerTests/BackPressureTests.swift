import Dispatch
import NIOCore
import NIOPosix
import RequestReplay
import Synchronization
import TestSupport
import Testing

@testable import HTTPServer

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

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

    /// A response whose first piece makes the event loop of its connection busy until more pieces are read, or for a moment.
    private final class Busy: Sendable {
        private static let many = 8
        private let channel: any Channel
        private let isMore = DispatchSemaphore(value: 0)
        private let count = Mutex(0)
        /// The pieces that were read until the end of the moment.
        let read = Mutex<Int?>(nil)

        init(_ channel: any Channel) { self.channel = channel }

        func respond(_ request: ServerRequest, _ body: RequestBody) async -> ServerResponse {
            ServerResponse(
                200,
                body: .stream(length: 1 << 30) { _, count in
                    self.begin()
                    return Array(repeating: 7, count: count)
                }
            )
        }

        private func begin() {
            let number = count.withLock { count in
                count += 1
                return count
            }
            if number == 1 {
                channel.eventLoop.execute {
                    _ = self.isMore.wait(timeout: .now() + .milliseconds(300))
                    self.read.withLock { $0 = self.count.withLock(\.self) }
                }
            } else if number == Self.many {
                isMore.signal()
            }
        }
    }

    @Test func `a response is not read on while the event loop is busy with other connections`() async throws
    {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        defer { group.shutdownGracefully { _ in } }
        var sockets: [Int32] = [-1, -1]
        #if os(Linux)
            let type = Int32(SOCK_STREAM.rawValue)
        #else
            let type = SOCK_STREAM
        #endif
        #expect(socketpair(AF_UNIX, type, 0, &sockets) == 0)
        let channel = try await ClientBootstrap(group: group)
            .channelOption(.autoRead, value: false)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try HTTPServer.addHandlers(to: channel, limits: ServerLimits(), tls: nil)
                }
            }
            .withConnectedSocket(sockets[0]).get()
        let busy = Busy(channel)
        let serving = Task { await HTTPServer.serve(channel, limits: ServerLimits(), busy.respond) }
        let request = Array("GET / HTTP/1.1\r\nHost: h\r\n\r\n".utf8)
        #expect(write(sockets[1], request, request.count) == request.count)
        try await wait(for: "the end of the moment") { busy.read.withLock(\.self) != nil }
        #expect(busy.read.withLock(\.self) == 1)
        close(sockets[1])
        await serving.value
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
