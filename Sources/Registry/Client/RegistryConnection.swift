package import Diagnostics
package import HTTPTransport

/// One registry for one command: what is known of it, and the transport that keeps its connections.
///
/// All repositories of a registry that a command uses share it, so that connections, TLS sessions, the scheme that was found
/// and the time for which the registry wants to be left alone hold for all of them.
package final class RegistryConnection: Sendable {
    /// Where the registry is dialled.
    package let endpoint: RegistryEndpoint
    let transport: any Transport
    /// Repeats requests, within the registry's rate limit.
    let retrying: Retrying
    let events: any EventSink
    let warnings = RegistryWarnings()
    let place: RegistryConnectionState

    /// Names a registry; nothing is asked yet.
    ///
    /// - Parameters:
    ///   - endpoint: where the registry is dialled.
    ///   - transport: makes the exchanges.
    ///   - retryPolicy: how often to try again.
    ///   - events: told what happens.
    package init(
        _ endpoint: RegistryEndpoint,
        transport: any Transport,
        retryPolicy: RetryPolicy = RetryPolicy(),
        events: any EventSink
    ) {
        self.endpoint = endpoint
        self.transport = transport
        retrying = Retrying(retryPolicy, events: events)
        self.events = events
        place = RegistryConnectionState(endpoint)
    }
}
