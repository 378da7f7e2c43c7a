/// The options of a transport.
package struct TransportOptions: Sendable {
    /// The default time limit for DNS, TCP and TLS together: 10 seconds.
    package static let defaultConnectTimeout = Duration.seconds(10)
    /// The default speed below which a transfer is stalled: 1024 bytes per second.
    package static let defaultStallSpeed = 1024
    /// The default time that a transfer may be stalled, in either direction or while waiting: 60 seconds.
    package static let defaultStallPeriod = Duration.seconds(60)

    /// The time limit for DNS, TCP and TLS together, in milliseconds; ``TransferError/Kind/connectTimedOut``.
    package var connectTimeout: Duration
    /// The speed below which a transfer is stalled, in bytes per second; 0 disables the check.
    package var stallSpeed: Int
    /// The time that a transfer may be stalled, in whole seconds, at least 1; ``TransferError/Kind/stalled``.
    package var stallPeriod: Duration
    /// The value of `User-Agent`.
    package var userAgent: String
    /// The verification of servers.
    package var tls: TLSOptions
    /// The proxies; none by default.
    package var proxies: Proxies

    /// Creates options; all have defaults.
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
