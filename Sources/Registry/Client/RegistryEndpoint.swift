package import HTTPTransport
package import OCI

/// Where a registry is dialled.
package struct RegistryEndpoint: Sendable, Hashable {
    /// The registry as references name it.
    package let registry: RegistryName
    /// Where it may be, most wanted first.
    ///
    /// Only a host whose very name says that it is this machine has two: HTTPS, and HTTP if that speaks no TLS.
    package let origins: [Origin]

    /// Finds out where a registry is dialled.
    ///
    /// - Parameters:
    ///   - registry: the registry.
    ///   - usesPlainHTTP: whether the user asked for HTTP without TLS.
    package init(_ registry: RegistryName, usesPlainHTTP: Bool = false) {
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
