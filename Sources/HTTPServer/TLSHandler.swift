import NIOCore

/// Encrypts and decrypts between the socket and the HTTP codec.
///
/// A handshake that does not end is a matter of ``ConnectionTimer``, which counts from the first read. A client that closes its
/// connection without close_notify is not an error: HTTP itself tells where a message ends (RFC 9112, section 9.8).
final class TLSHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    private enum State {
        case handshake
        case open
        /// The client sends no more; the server may.
        case inputClosed
        /// What follows is neither read nor sent.
        case ended
    }

    /// The response to a request without TLS.
    private static let plainResponse =
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 34\r\n"
        + "Connection: close\r\n\r\nthis server speaks TLS: use https\n"

    private let connection: TLSConnection
    private var state = State.handshake
    private var isShutDown = false

    init(_ connection: TLSConnection) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard state == .handshake || state == .open else { return }
        guard connection.receive(unwrapInboundIn(data)) else { return end(context) }
        if state == .handshake {
            let step = connection.handshake()
            flushOutput(context)
            switch step {
            case .done: state = .open
            case .wantsMore: return
            case .plainHTTP: return rejectPlainRequest(context)
            case .closed, .failed: return end(context)
            }
        }
        decrypt(context)
    }

    private func decrypt(_ context: ChannelHandlerContext) {
        var buffer = context.channel.allocator.buffer(capacity: 0)
        let step = connection.read(into: &buffer)
        if buffer.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(buffer)) }
        guard state == .open else { return }
        // After the handshake, OpenSSL answers by itself only to what is rejected, such as a renegotiation.
        let isAnswered = flushOutput(context)
        switch step {
        case .closed: closeInput(context)
        case .wantsMore where !isAnswered: return
        default: end(context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? ChannelEvent, event == .inputClosed else {
            return context.fireUserInboundEventTriggered(event)
        }
        switch state {
        case .handshake: end(context)
        case .open: closeInput(context)
        case .inputClosed, .ended: return
        }
    }

    private func closeInput(_ context: ChannelHandlerContext) {
        state = .inputClosed
        context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard state == .open || state == .inputClosed, !isShutDown,
            case .byteBuffer(let plain) = unwrapOutboundIn(data),
            plain.readableBytes == 0 || connection.write(plain)
        else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        let output = connection.takeOutput(context.channel.allocator) ?? ByteBuffer()
        context.write(wrapOutboundOut(.byteBuffer(output)), promise: promise)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode != .input, state == .open || state == .inputClosed, !isShutDown {
            isShutDown = true
            connection.close()
            flushOutput(context)
        }
        context.close(mode: mode, promise: promise)
    }

    /// Sends what OpenSSL has for the client; returns whether there was anything.
    @discardableResult
    private func flushOutput(_ context: ChannelHandlerContext) -> Bool {
        guard let output = connection.takeOutput(context.channel.allocator) else { return false }
        context.writeAndFlush(wrapOutboundOut(.byteBuffer(output)), promise: nil)
        return true
    }

    private func rejectPlainRequest(_ context: ChannelHandlerContext) {
        let response = ByteBuffer(string: Self.plainResponse)
        context.writeAndFlush(wrapOutboundOut(.byteBuffer(response)), promise: nil)
        end(context)
    }

    private func end(_ context: ChannelHandlerContext) {
        state = .ended
        context.close(promise: nil)
    }
}
