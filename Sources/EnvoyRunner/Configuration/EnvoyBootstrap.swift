import Diagnostics
import OCI
import SystemPackage

/// The smallest configuration that makes Envoy load a plugin: one HTTP listener with the plugin before the router.
///
/// Network plugins are loaded in the same way, because Envoy reads a plugin's callbacks only when it handles a connection.
struct EnvoyBootstrap {
    /// The name of the plugin in Envoy's messages.
    static let pluginName = "plugin"

    private let module: FilePath

    init(loading module: FilePath) { self.module = module }

    /// Returns the configuration as JSON.
    func bytes() throws(Failure) -> [UInt8] { try CanonicalJSON.encode(document) }

    private var document: JSONValue {
        // Envoy does not listen in validation mode, so the port is not used.
        let address = EnvoyMessage.address("127.0.0.1", 0)
        let chain: JSONValue = .object(["filters": .array([connectionManager])])
        let listener: JSONValue = .object([
            "name": .string("check"), "address": address, "filter_chains": .array([chain]),
        ])
        return .object(["static_resources": .object(["listeners": .array([listener])])])
    }

    private var connectionManager: JSONValue {
        EnvoyMessage.configured(
            "http",
            "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
            [
                "stat_prefix": .string("check"), "route_config": .object([:]),
                "http_filters": .array([
                    plugin,
                    EnvoyMessage.configured("router", "envoy.extensions.filters.http.router.v3.Router"),
                ]),
            ]
        )
    }

    private var plugin: JSONValue {
        let code: JSONValue = .object(["local": .object(["filename": .string(module.string)])])
        let machine: JSONValue = .object(["runtime": .string("envoy.wasm.runtime.v8"), "code": code])
        return EnvoyMessage.configured(
            Self.pluginName,
            "envoy.extensions.filters.http.wasm.v3.Wasm",
            ["config": .object(["name": .string(Self.pluginName), "vm_config": machine])]
        )
    }
}
