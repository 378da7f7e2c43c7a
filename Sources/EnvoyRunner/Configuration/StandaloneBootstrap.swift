package import Diagnostics
import OCI

/// A configuration with the plugin for an Envoy that wasmpack does not run: everything is in one file.
package struct StandaloneBootstrap: Sendable {
    private let listener: PluginListener
    private let upstream: UpstreamCluster

    /// Describes an Envoy.
    ///
    /// - Parameters:
    ///   - listener: the only listener, at an address of the network.
    ///   - upstream: the server behind it.
    package init(_ listener: PluginListener, _ upstream: UpstreamCluster) {
        self.listener = listener
        self.upstream = upstream
    }

    /// Returns the bootstrap as JSON, which is also YAML.
    package func json() throws(Failure) -> [UInt8] {
        let paths = ProxyConfiguration.Paths(
            bootstrap: "",
            listeners: "",
            admin: "",
            probe: "",
            socket: { $0 },
            replaceable: { $0 }
        )
        guard case .object(var members) = listener.document(paths) else { return [] }
        // A list of listeners has their type already.
        members["@type"] = nil
        return try CanonicalJSON.encode(
            JSONValue.object([
                "static_resources": .object([
                    "clusters": .array([upstream.document]), "listeners": .array([.object(members)]),
                ])
            ])
        )
    }
}
