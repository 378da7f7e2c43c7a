package import HTTPServer
import NIOCore
import NIOEmbedded
import Synchronization

/// One connection of a server in memory: its client's bytes come in the pieces that a test chooses, and nothing waits.
///
/// Everything runs on the thread of the calls, which must be one and the same.
package final class Replay {
    private final class End: Sendable {
        let hasCome = Mutex(false)
    }

    private let executor = ManualExecutor()
    private let wire: Wire
    private let channel: EmbeddedChannel
    private let end = End()

    /// What the server has sent.
    package var received: [UInt8] { wire.received }
    /// Whether the server has ended the connection.
    package var hasEnded: Bool { end.hasCome.withLock(\.self) }
    /// Whether the server reads more.
    package var isReading: Bool { wire.isRead }

    /// Connects to a server, which begins with ``settle()``.
    ///
    /// - Parameters:
    ///   - limits: the server's limits.
    ///   - capacity: the bytes that the client takes before it reads no more.
    ///   - respond: the server's function.
    /// - Throws: an error if the handlers cannot be added.
    package init(
        limits: ServerLimits = ServerLimits(),
        capacity: Int = .max,
        _ respond: @escaping HTTPServer.Responder
    ) throws {
        wire = Wire(capacity: capacity)
        channel = EmbeddedChannel(handler: wire)
        channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
        try HTTPServer.addHandlers(to: channel, limits: limits, tls: nil)
        Task.detached(executorPreference: executor) { [channel, end] in
            await HTTPServer.serve(channel, limits: limits, respond)
            end.hasCome.withLock { $0 = true }
        }
    }

    deinit {
        channel.close(promise: nil)
        settle()
    }

    /// Lets the server do all that it can do without more bytes.
    package func settle() {
        repeat { channel.embeddedEventLoop.run() } while executor.run()
    }

    /// Sends bytes, which arrive with one read.
    package func send(_ bytes: some Sequence<UInt8>) {
        guard channel.isActive else { return }
        // The server tells its client about errors.
        _ = try? channel.writeInbound(ByteBuffer(bytes: bytes))
    }

    /// Ends the client's side.
    package func closeWriting() {
        guard channel.isActive else { return }
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }

    /// Lets time pass for the server's timers.
    package func pass(_ seconds: Int) {
        channel.embeddedEventLoop.advanceTime(by: .seconds(Int64(seconds)))
        settle()
    }

    /// Waits for the end of the connection, also for work on other threads; returns whether it has come.
    package func waitForEnd() -> Bool {
        settle()
        while !hasEnded {
            guard executor.wait(seconds: 10) else { return false }
            settle()
        }
        return true
    }
}

extension Replay {
    /// Sends pieces, each read alone, and then the end; returns the response, and whether the server has ended the connection.
    package static func exchange(
        _ pieces: [ArraySlice<UInt8>],
        limits: ServerLimits = ServerLimits(),
        _ respond: @escaping HTTPServer.Responder
    ) throws -> (response: [UInt8], hasEnded: Bool) {
        let connection = try Replay(limits: limits, respond)
        // One piece comes with its end before the server has begun: that is another way for bytes to be held.
        for piece in pieces {
            if pieces.count > 1 { connection.settle() }
            connection.send(piece)
        }
        if pieces.count > 1 { connection.settle() }
        connection.closeWriting()
        let hasEnded = connection.waitForEnd()
        return (connection.received, hasEnded)
    }
}
