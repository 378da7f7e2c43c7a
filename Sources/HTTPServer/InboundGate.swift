import NIOCore

/// Keeps what a client sends until a task has taken its connection.
///
/// NIO reads everything when a client closes its sending side, even if reading has not begun.
final class InboundGate: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    private var context: ChannelHandlerContext?
    private var held: [(ChannelHandlerContext) -> Void] = []
    private var isOpen = false

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        held = []
    }

    /// Passes on what has arrived, and from now on everything immediately.
    func open() {
        isOpen = true
        let held = held
        self.held = []
        guard let context else { return }
        for pass in held { pass(context) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        pass(context) { $0.fireChannelRead(data) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        pass(context) { $0.fireChannelReadComplete() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        pass(context) { $0.fireUserInboundEventTriggered(event) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        pass(context) { $0.fireErrorCaught(error) }
    }

    private func pass(_ context: ChannelHandlerContext, _ body: @escaping (ChannelHandlerContext) -> Void) {
        if isOpen { body(context) } else { held.append(body) }
    }
}
