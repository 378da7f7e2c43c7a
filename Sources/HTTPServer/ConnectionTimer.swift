import NIOCore
import NIOHTTP1

/// Closes a connection whose client is too slow.
///
/// Sits between the HTTP codec and the tasks. It counts the time of unanswered reads only, so that a request that takes the
/// server long is not the client's fault.
final class ConnectionTimer: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// The least part of a body that a client must send in time, in bytes.
    private static let leastProgress = 16 * 1024

    private let patience: TimeAmount
    private var readTimer: Scheduled<Void>?
    private var writeTimer: Scheduled<Void>?
    private var progress = 0
    /// Requests that were received completely, less the responses.
    private var openRequests = 0
    /// When the last response has been passed to the system completely.
    private(set) var sent: EventLoopFuture<Void>?

    init(patience: Duration) {
        let (seconds, attoseconds) = patience.components
        self.patience = .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }

    func read(context: ChannelHandlerContext) {
        if readTimer == nil, openRequests <= 0 { readTimer = timer(context) }
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: stopReading()
        case .body(let piece):
            progress += piece.readableBytes
            if progress >= Self.leastProgress { stopReading() }
        case .end:
            openRequests += 1
            stopReading()
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var promise = promise
        if case .end = unwrapOutboundIn(data) {
            let end = promise ?? context.eventLoop.makePromise()
            promise = end
            sent = end.futureResult
            openRequests -= 1
            // The wait for the next request begins now: its read may have been issued before.
            if readTimer == nil, openRequests <= 0 { readTimer = timer(context) }
        }
        context.write(data, promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        writeTimer?.cancel()
        writeTimer = context.channel.isWritable ? nil : timer(context)
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        stop()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { stop() }

    private func stop() {
        stopReading()
        writeTimer?.cancel()
        writeTimer = nil
    }

    private func stopReading() {
        progress = 0
        readTimer?.cancel()
        readTimer = nil
    }

    private func timer(_ context: ChannelHandlerContext) -> Scheduled<Void> {
        let channel = context.channel
        return context.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
    }
}
