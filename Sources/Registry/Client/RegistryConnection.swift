package import Diagnostics
package import HTTPTransport

/// The shared state of one registry during one command, with the transport that keeps its connections.
///
/// All repositories of the registry share connections, TLS sessions, the detected scheme and the rate limit.
package final class RegistryConnection: Sendable {
    /// The registry's name and origins.
    package let endpoint: RegistryEndpoint
    let transport: any Transport
    /// Retries requests, within the registry's rate limit.
    let retrying: Retrying
    let events: any EventSink
    let warnings = RegistryWarnings()
    let state: RegistryConnectionState

    /// Makes the state of a registry; sends no request.
    ///
    /// - Parameters:
    ///   - endpoint: the registry's name and origins.
    ///   - transport: makes the exchanges.
    ///   - retryPolicy: how often and when to retry.
    ///   - events: receives notes, warnings and details.
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
        state = RegistryConnectionState(endpoint)
    }
}
