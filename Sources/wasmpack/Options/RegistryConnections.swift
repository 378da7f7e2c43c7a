import Diagnostics
import HTTPTransport
import OCI
import Registry
import Synchronization

/// The registries that a command is connected to: one transport for each registry and set of options.
final class RegistryConnections: Sendable {
    /// The values that must be equal for two connections to share a transport.
    private struct Key: Hashable {
        let endpoint: RegistryEndpoint
        let trust: ConnectionOptions.Trust
    }

    private struct State {
        var transports: [Key: any Transport] = [:]
        var connections: [Key: [HeaderFields: RegistryConnection]] = [:]
        /// The last reference without a host.
        var omittingHost: Reference?
    }

    private let state = Mutex(State())

    /// Keeps a reference without a host, for ``explained(_:)``.
    func note(_ reference: Reference) {
        if reference.registryIsOmitted { state.withLock { $0.omittingHost = reference } }
    }

    /// Adds to a failure of Docker Hub that the reference has no host, which may have been forgotten.
    func explained(_ failure: Failure) -> Failure {
        guard let reference = state.withLock({ $0.omittingHost }),
            failure.message.contains(reference.registry.description)
        else { return failure }
        let typed = reference.description.dropFirst("\(reference.registry)/".count)
        let name = typed.hasPrefix("library/") ? typed.dropFirst("library/".count) : typed
        return failure.adding(why: "\"\(name)\" has no host, so it belongs to Docker Hub")
            .with(try: ["for another registry, write registry.example.com/\(name)"] + failure.hints)
    }

    /// Returns the connection to a registry, and makes it on the first call.
    ///
    /// Connections with different headers share only the transport. Throws ``Failure/Code/configurationInvalid`` for a
    /// certificate or key that cannot be used.
    func connection(
        to endpoint: RegistryEndpoint,
        _ options: ConnectionOptions,
        sending headers: HeaderFields,
        _ context: CommandContext
    ) throws(Failure) -> RegistryConnection {
        let key = Key(endpoint: endpoint, trust: options.trust)
        if let connection = state.withLock({ $0.connections[key]?[headers] }) { return connection }
        let transport =
            if let known = state.withLock({ $0.transports[key] }) { known } else {
                try options.transport(to: endpoint, context)
            }
        let connection = RegistryConnection(
            endpoint,
            transport: headers.fields.isEmpty
                ? transport : HeaderTransport(transport, sending: headers, to: endpoint),
            retryPolicy: options.retryPolicy,
            events: context.reporter
        )
        return state.withLock { state in
            // Another task may have made it meanwhile; all callers share one.
            if let known = state.connections[key]?[headers] { return known }
            state.transports[key] = transport
            state.connections[key, default: [:]][headers] = connection
            return connection
        }
    }
}
