import Dispatch
import Synchronization
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// One request over a Unix socket, and its response.
///
/// Not a client of a library: the pieces of a body must be sent only after the proxy has read the one before, so that its
/// plugin gets them one by one.
struct SocketExchange: Sendable {
    /// The largest body of a response, in bytes.
    private static let bodyLimit = 256 << 20
    /// How often a cancellation is noticed, in milliseconds.
    private static let period: CInt = 50
    /// The time between the moment when a piece was read and the next one: the proxy looks for more bytes before it passes
    /// on those that it has.
    private static let pause: useconds_t = 4000

    private let path: String
    private let request: ProxyRequest
    private let limit: Duration
    private let isStopped: @Sendable () -> Bool
    private let isCanceled = Flag()

    private final class Flag: Sendable {
        private let value = Mutex(false)
        var isSet: Bool { value.withLock { $0 } }
        func set() { value.withLock { $0 = true } }
    }

    /// Describes an exchange; it fails soon after `isStopped` is true.
    init(
        _ request: ProxyRequest,
        to path: String,
        within limit: Duration,
        isStopped: @escaping @Sendable () -> Bool = { false }
    ) {
        self.isStopped = isStopped
        self.path = path
        self.request = request
        self.limit = limit
    }

    /// Sends the request, and returns the response.
    func run() async throws(ProxyExchangeError) -> ProxyResponse {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                DispatchQueue(label: "exchange").async {
                    continuation.resume(returning: Result { () throws(ProxyExchangeError) in try exchange() })
                }
            }
        } onCancel: {
            isCanceled.set()
        }
        return try result.get()
    }

    private func exchange() throws(ProxyExchangeError) -> ProxyResponse {
        let end = ContinuousClock.now + limit
        let descriptor = try connect()
        defer { close(descriptor) }
        var reader = ResponseReader(to: request.method, limit: Self.bodyLimit)
        var messages = request.messages.map { $0[...] }
        while true {
            guard ContinuousClock.now < end else { throw .timedOut }
            if isCanceled.isSet { throw .interrupted }
            if isStopped() { throw .closed }
            while messages.first?.isEmpty == true {
                messages.removeFirst()
                if !messages.isEmpty { try waitUntilRead(descriptor, end) }
            }
            var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            if !messages.isEmpty { polled.events |= Int16(POLLOUT) }
            guard poll(&polled, 1, Self.period) > 0 else { continue }
            if polled.revents & Int16(POLLIN | POLLHUP | POLLERR) != 0 {
                let piece = try read(descriptor)
                if let piece {
                    if piece.isEmpty { return try reader.finished() }
                    try reader.add(piece)
                    if reader.isComplete { return try reader.finished() }
                }
            }
            if polled.revents & Int16(POLLOUT) != 0, let message = messages.first {
                // A proxy may answer before it has read the whole request, and then close the connection.
                if let count = send(message, descriptor) {
                    messages[0] = message.dropFirst(count)
                } else {
                    messages = []
                }
            }
        }
    }

    private func connect() throws(ProxyExchangeError) -> CInt {
        #if canImport(Glibc)
            let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        #else
            let descriptor = socket(AF_UNIX, SOCK_STREAM, 0)
        #endif
        guard descriptor >= 0 else { throw Self.notConnected }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let isShort = withUnsafeMutableBytes(of: &address.sun_path) { buffer in
            guard bytes.count < buffer.count else { return false }
            buffer.copyBytes(from: bytes)
            return true
        }
        guard isShort else {
            close(descriptor)
            throw .notConnected("the path of the socket is too long")
        }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                systemConnect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else {
            let error = Self.notConnected
            close(descriptor)
            throw error
        }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        return descriptor
    }

    private static var notConnected: ProxyExchangeError {
        .notConnected(Errno(rawValue: errno).description.lowercased())
    }

    /// Returns the bytes that have arrived; `nil` if there are none yet, and none at the end.
    private func read(_ descriptor: CInt) throws(ProxyExchangeError) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count >= 0 { return Array(buffer.prefix(count)) }
        if errno == EAGAIN || errno == EINTR { return nil }
        return []
    }

    /// Sends as much as is possible; returns `nil` if the connection is closed.
    private func send(_ message: ArraySlice<UInt8>, _ descriptor: CInt) -> Int? {
        #if canImport(Darwin)
            let flags: CInt = 0
        #else
            let flags = CInt(MSG_NOSIGNAL)
        #endif
        let count = message.withUnsafeBytes { systemSend(descriptor, $0.baseAddress, $0.count, flags) }
        if count >= 0 { return count }
        return errno == EAGAIN || errno == EINTR ? 0 : nil
    }

    /// Waits until the other side has read everything that was sent.
    private func waitUntilRead(_ descriptor: CInt, _ end: ContinuousClock.Instant) throws(ProxyExchangeError)
    {
        while unreadCount(descriptor) > 0 {
            guard ContinuousClock.now < end else { throw .timedOut }
            if isCanceled.isSet { throw .interrupted }
            usleep(500)
        }
        usleep(Self.pause)
    }

    private func unreadCount(_ descriptor: CInt) -> CInt {
        var count: CInt = 0
        #if canImport(Darwin)
            var length = socklen_t(MemoryLayout<CInt>.size)
            getsockopt(descriptor, SOL_SOCKET, SO_NWRITE, &count, &length)
        #else
            // SIOCOUTQ
            _ = ioctl(descriptor, UInt(TIOCOUTQ), &count)
        #endif
        return count
    }
}

private func systemConnect(_ descriptor: CInt, _ address: UnsafePointer<sockaddr>, _ length: socklen_t)
    -> CInt
{
    connect(descriptor, address, length)
}

private func systemSend(
    _ descriptor: CInt,
    _ bytes: UnsafeRawPointer?,
    _ count: Int,
    _ flags: CInt
) -> Int {
    send(descriptor, bytes, count, flags)
}
