/// What holds for all exchanges of one transport.
package struct TransportOptions: Sendable {
    /// How long name, TCP and TLS may take together: 10 seconds.
    package static let defaultConnectTimeout = Duration.seconds(10)
    /// The least speed that does not count as a stall: 1024 bytes a second.
    package static let defaultStallSpeed = 1024
    /// How long a transfer may stay below that speed, in either direction or while it waits: 60 seconds.
    package static let defaultStallPeriod = Duration.seconds(60)

    /// How long name, TCP and TLS may take together, to the millisecond; ``TransferError/Kind/connectTimedOut``.
    package var connectTimeout: Duration
    /// The least speed that does not count as a stall, in bytes a second; at 0 nothing ever counts as one.
    package var stallSpeed: Int
    /// How long a transfer may stay below that speed, in whole seconds, at least one;
    /// ``TransferError/Kind/stalled``.
    package var stallPeriod: Duration
    /// The value of `User-Agent`.
    package var userAgent: String
    /// How the other side is verified.
    package var tls: TLSOptions
    /// What stands between; by default nothing.
    package var proxies: Proxies

    /// Describes a transport; only what differs from the defaults has to be named.
    package init(
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
