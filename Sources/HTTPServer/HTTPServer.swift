package import Diagnostics
import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An HTTP/1.1 server on one address (RFC 9112).
///
/// Bodies stream in both directions at the speed of the slower side. Requests on one connection, also pipelined ones, are
/// answered in their order.
package struct HTTPServer: Sendable {
    /// Answers one request; reads as much of the body as it needs.
    package typealias Responder = @Sendable (ServerRequest, RequestBody) async -> ServerResponse

    private typealias Listener = NIOAsyncChannel<any Channel, Never>

    private let listener: Listener
    private let accepted: AcceptedConnections
    private let limits: ServerLimits
    /// The host on which the server listens, as given.
    package let host: String
    /// The port on which the server listens.
    package let port: Int

    /// Listens on an address.
    ///
    /// - Parameters:
    ///   - host: an IP address.
    ///   - port: the port; 0 lets the system choose one.
    ///   - limits: the limits for clients.
    ///   - tls: the server's certificate; `nil` for HTTP without TLS.
    /// - Throws: ``Failure/Code/cannotListen``.
    package init(
        listeningOn host: String,
        port: Int,
        limits: ServerLimits = ServerLimits(),
        tls: ServerTLS? = nil
    ) async throws(Failure) {
        let accepted = AcceptedConnections()
        do {
            listener = try await Self.bootstrap.bind(host: host, port: port) { channel in
                Self.prepare(channel, accepted, limits, tls)
            }
        } catch {
            throw Self.failure(error, listeningOn: "\(host.bracketedHost):\(port)").trying(
                "--listen 127.0.0.1:0 lets the system choose a free port"
            )
        }
        self.host = host
        self.accepted = accepted
        self.limits = limits
        self.port = listener.channel.localAddress?.port ?? port
    }

    /// Listens on a Unix socket, which is created; ``port`` is 0.
    ///
    /// Throws ``Failure/Code/cannotListen``.
    package init(listeningOnSocket path: String, limits: ServerLimits = ServerLimits()) async throws(Failure)
    {
        let accepted = AcceptedConnections()
        do {
            listener = try await Self.bootstrap.bind(unixDomainSocketPath: path) { channel in
                Self.prepare(channel, accepted, limits, nil)
            }
        } catch {
            throw Self.failure(error, listeningOn: path)
        }
        self.accepted = accepted
        self.limits = limits
        host = path
        port = 0
    }

    private static var bootstrap: ServerBootstrap {
        ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptErrorHandler())
                }
            }
            // A client may close its sending side after the request and still read the response.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            // Nothing is read before a task has taken the connection.
            .childChannelOption(.autoRead, value: false)
    }

    private static func prepare(
        _ channel: any Channel,
        _ accepted: AcceptedConnections,
        _ limits: ServerLimits,
        _ tls: ServerTLS?
    ) -> EventLoopFuture<any Channel> {
        channel.eventLoop.makeCompletedFuture {
            guard accepted.insert(channel) else {
                // NIO does not close a connection for which this function throws an error.
                channel.close(promise: nil)
                throw ChannelError.ioOnClosedChannel
            }
            try addHandlers(to: channel, limits: limits, tls: tls)
            return channel
        }
    }

    private static func failure(_ error: any Error, listeningOn name: String) -> Failure {
        Failure(
            .cannotListen,
            "cannot listen on \(name)",
            why: (error as? IOError).map { description(of: $0) } ?? "\(error)",
            cause: error
        )
    }

    /// Answers requests until the task is canceled; then closes all connections.
    ///
    /// Throws ``Failure/Code/cannotListen`` if the system closes the listening socket.
    package func run(_ respond: @escaping Responder) async throws(Failure) {
        let executor = BlockingExecutor()
        let connections = ConnectionCount()
        // No task has taken those that were accepted just before the end.
        defer { accepted.closeAll() }
        do {
            try await listener.executeThenClose { inbound in
                try await withThrowingDiscardingTaskGroup { group in
                    for try await channel in inbound {
                        group.addTask(executorPreference: executor) {
                            guard connections.increment(limit: limits.connections) else {
                                return channel.close(promise: nil)
                            }
                            defer { connections.decrement() }
                            await Self.serve(channel, limits: limits, respond)
                        }
                    }
                }
            }
        } catch {
            if Task.isCancelled { return }
            throw Failure(.cannotListen, "the server's socket failed", why: "\(error)", cause: error)
        }
    }

    private static func description(of error: IOError) -> String {
        switch error.errnoCode {
        case EADDRINUSE: "another program uses this port"
        case EACCES: "this user may not use this port"
        case EADDRNOTAVAIL: "this machine does not have this address"
        default: String(cString: strerror(error.errnoCode))
        }
    }
}

/// Ignores errors of single connections that could not be accepted; the listener continues.
private final class AcceptErrorHandler: ChannelInboundHandler {
    typealias InboundIn = any Channel

    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}

/// The open connections, also those that no task has taken.
private final class AcceptedConnections: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Keeps a connection until it ends; returns whether the server still takes connections.
    func insert(_ channel: any Channel) -> Bool {
        let identifier = ObjectIdentifier(channel)
        let isOpen = state.withLock { state in
            if !state.isClosed { state.channels[identifier] = channel }
            return !state.isClosed
        }
        if isOpen {
            channel.closeFuture.whenComplete { _ in self.state.withLock { $0.channels[identifier] = nil } }
        }
        return isOpen
    }

    /// Closes all connections, and those that come later.
    func closeAll() {
        let channels = state.withLock { state in
            state.isClosed = true
            return state.channels.values
        }
        for channel in channels { channel.close(promise: nil) }
    }
}

/// The number of connections that are served.
private final class ConnectionCount: Sendable {
    private let count = Mutex(0)

    func increment(limit: Int) -> Bool {
        count.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
    }

    func decrement() { count.withLock { $0 -= 1 } }
}
