/// What holds for all exchanges of one transport.
public struct TransportOptions: Sendable {
    /// How long name, TCP and TLS may take together: 10 seconds.
    public static let defaultConnectTimeout = Duration.seconds(10)
    /// The least speed that does not count as a stall: 1024 bytes a second.
    public static let defaultStallSpeed = 1024
    /// How long a transfer may stay below that speed, in either direction or while it waits: 60 seconds.
    public static let defaultStallPeriod = Duration.seconds(60)

    /// How long name, TCP and TLS may take together, to the millisecond; ``TransferError/Kind/connectTimedOut``.
    public var connectTimeout: Duration
    /// The least speed that does not count as a stall, in bytes a second; at 0 nothing ever counts as one.
    public var stallSpeed: Int
    /// How long a transfer may stay below that speed, in whole seconds, at least one;
    /// ``TransferError/Kind/stalled``.
    public var stallPeriod: Duration
    /// The value of `User-Agent`.
    public var userAgent: String
    /// How the other side is proven.
    public var tls: TLSOptions
    /// What stands between; by default nothing.
    public var proxies: Proxies

    /// Describes a transport; only what differs from the defaults has to be named.
    public init(
        connectTimeout: Duration = defaultConnectTimeout,
        stallSpeed: Int = defaultStallSpeed,
        stallPeriod: Duration = defaultStallPeriod,
        userAgent: String = "wasmpack",
        tls: TLSOptions = TLSOptions(),
        proxies: Proxies = .none
    ) {
        self.connectTimeout = connectTimeout
        self.stallSpeed = stallSpeed
        self.stallPeriod = stallPeriod
        self.userAgent = userAgent
        self.tls = tls
        self.proxies = proxies
    }
}
