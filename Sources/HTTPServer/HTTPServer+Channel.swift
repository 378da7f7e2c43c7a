package import NIOCore
import NIOHTTP1

/// The handlers of one connection, and the task that answers its requests.
extension HTTPServer {
    /// Adds the handlers between a connection and its task; they keep what arrives until ``serve(_:limits:_:)``.
    ///
    /// Must run on the channel's event loop. Throws an error if there is no memory for a TLS connection.
    package static func addHandlers(to channel: any Channel, limits: ServerLimits, tls: ServerTLS?) throws {
        let pipeline = channel.pipeline.syncOperations
        if let tls {
            guard let connection = tls.connection() else { throw ChannelError.operationUnsupported }
            try pipeline.addHandler(TLSHandler(connection))
        }
        try pipeline.addHandlers([
            HTTPResponseEncoder(),
            ByteToMessageHandler(
                HTTPRequestDecoder(
                    leftOverBytesStrategy: .dropBytes,
                    informationalResponseStrategy: .forward,
                    limitConfiguration: decoderLimits(limits)
                ),
                // After a request with Upgrade, the decoder keeps everything that follows.
                maximumBufferSize: limits.headSize
            ),
            NIOHTTPResponseHeadersValidator(),
            ConnectionTimer(patience: limits.patience),
            InboundGate(),
        ])
    }

    private static func decoderLimits(_ limits: ServerLimits) -> NIOHTTPDecoderLimitConfiguration {
        var configuration = NIOHTTPDecoderLimitConfiguration()
        configuration.maxHeaderFieldSize = limits.fieldSize
        configuration.maxHeaderListSize = limits.headSize
        configuration.maxHeaderFieldCount = limits.fieldCount
        return configuration
    }

    /// Answers the requests of a connection that has the handlers, until its end.
    package static func serve(_ channel: any Channel, limits: ServerLimits, _ respond: @escaping Responder)
        async
    {
        guard let connection = await opened(channel) else { return channel.close(promise: nil) }
        await Connection(channel: connection, limits: limits, respond: respond).run()
    }

    /// Starts reading from an accepted connection; returns `nil` if it has ended already.
    ///
    /// Not earlier: a connection that no task takes must not be wrapped, because NIO requires the end of each wrapper.
    private static func opened(_ channel: any Channel) async -> Connection.Channel? {
        try? await channel.eventLoop.submit {
            guard channel.isActive else { throw ChannelError.ioOnClosedChannel }
            let wrapped = try Connection.Channel(
                wrappingChannelSynchronously: channel,
                configuration: .init(backPressureStrategy: .init(lowWatermark: 1, highWatermark: 3))
            )
            try channel.pipeline.syncOperations.handler(type: InboundGate.self).open()
            channel.setOption(.autoRead, value: true).whenFailure { _ in channel.close(promise: nil) }
            // The option reads past the pipeline, where ConnectionTimer waits for the first read.
            channel.pipeline.syncOperations.read()
            return wrapped
        }.get()
    }
}
