package import HTTPTransport
package import OCI

/// A registry's name and the origins to connect to.
package struct RegistryEndpoint: Sendable, Hashable {
    /// The registry's name in references.
    package let registry: RegistryName
    /// The possible origins, the preferred one first.
    ///
    /// Only a loopback name has two: HTTPS, and HTTP if the server does not use TLS.
    package let origins: [Origin]

    /// Determines the origins of a registry.
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
