import NIOCore
import NIOEmbedded

/// The network below a connection in memory: keeps what the server sends, and knows whether it reads.
final class Wire: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    /// What waits above this number of bytes makes a channel unwritable, as in NIO.
    private static let watermark = 64 * 1024

    /// The bytes that the client takes before it reads no more.
    private let capacity: Int
    private var written: [(count: Int, promise: EventLoopPromise<Void>?)] = []
    private var waiting = 0
    private(set) var received: [UInt8] = []
    /// Whether the server waits for more bytes.
    private(set) var isRead = false
    /// Whether the server has closed its sending side.
    private(set) var isOutputClosed = false

    init(capacity: Int) { self.capacity = capacity }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        isRead = false
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        // What a socket does with the option autoRead.
        context.channel.pipeline.syncOperations.read()
    }

    func read(context: ChannelHandlerContext) { isRead = true }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isOutputClosed, case .byteBuffer(let buffer) = unwrapOutboundIn(data) else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        written.append((buffer.readableBytes, promise))
        waiting += buffer.readableBytes
        received.append(contentsOf: buffer.readableBytesView)
        setWritable(waiting <= Self.watermark, context)
    }

    func flush(context: ChannelHandlerContext) {
        var taken: [EventLoopPromise<Void>?] = []
        while let next = written.first, received.count - waiting + next.count <= capacity {
            written.removeFirst()
            waiting -= next.count
            taken.append(next.promise)
        }
        setWritable(waiting <= Self.watermark, context)
        for promise in taken { promise?.succeed() }
    }

    private func setWritable(_ isWritable: Bool, _ context: ChannelHandlerContext) {
        guard let channel = context.channel as? EmbeddedChannel, channel.isWritable != isWritable else {
            return
        }
        channel.isWritable = isWritable
        context.fireChannelWritabilityChanged()
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        isOutputClosed = true
        let written = written
        self.written = []
        for (_, promise) in written { promise?.fail(ChannelError.outputClosed) }
        if mode == .output {
            promise?.succeed()
        } else {
            context.close(mode: mode, promise: promise)
        }
    }
}
