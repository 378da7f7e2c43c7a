/// The reason why an Envoy stopped, or had to be stopped.
package enum EnvoyStop: Error, Sendable, Equatable {
    /// Envoy exited, with the reason from its log.
    case exited(message: String?)
    /// A signal killed Envoy: the plugin crashed it.
    case killed(signal: Int32)
    /// Envoy was not ready after this number of seconds: the start of the plugin does not end.
    case endless(after: Int64)
    /// Envoy wrote more than is read: the plugin logs endlessly.
    case flooding

    /// The reason as the end of a sentence that begins with `Envoy`.
    package var explanation: String {
        switch self {
        case .exited(let message): "exited" + (message.map { ": \($0)" } ?? "")
        case .killed(let signal): "crashed (signal \(signal))"
        case .endless(let seconds): "did not respond within \(seconds) s: the plugin does not return"
        case .flooding: "was stopped, because the plugin logs endlessly"
        }
    }
}
