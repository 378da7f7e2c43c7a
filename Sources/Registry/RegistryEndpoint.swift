public import HTTPTransport
public import OCI

/// Where a registry is dialled.
public struct RegistryEndpoint: Sendable, Hashable {
    /// The registry as references name it.
    public let registry: RegistryName
    /// Where it may be, most wanted first.
    ///
    /// Only a host whose very name says that it is this machine has two: HTTPS, and HTTP if that speaks no TLS.
    public let origins: [Origin]

    /// Finds out where a registry is dialled.
    ///
    /// - Parameters:
    ///   - registry: the registry.
    ///   - usesPlainHTTP: whether the user asked for HTTP without TLS.
    public init(_ registry: RegistryName, usesPlainHTTP: Bool = false) {
        self.registry = registry
        let host = registry.isDockerHub ? "registry-1.docker.io" : registry.host
        func origin(_ scheme: HTTPURL.Scheme) -> Origin {
            Origin(scheme: scheme, host: host, port: registry.port ?? scheme.defaultPort)
        }
        origins =
            if usesPlainHTTP {
                [origin(.http)]
            } else if registry.isLoopback {
                [origin(.https), origin(.http)]
            } else {
                [origin(.https)]
            }
    }
}
