import Diagnostics
import OCI

/// The configuration of an Envoy that serves plugins: no port of the network, except those of its listeners.
///
/// The listeners are in a separate file (LDS), because one that Envoy rejects then does not end it.
struct ProxyConfiguration {
    /// The paths of Envoy's files and sockets.
    struct Paths: Sendable {
        let bootstrap: String
        let listeners: String
        let admin: String
        let probe: String
        /// The path of a listener's socket.
        let socket: @Sendable (String) -> String
        /// The path of the file with a listener's plugin, if it can be replaced.
        let replaceable: @Sendable (String) -> String
    }

    let paths: Paths
    let listeners: [PluginListener]
    let upstream: UpstreamCluster

    /// The bootstrap as JSON.
    func bootstrap() throws(Failure) -> [UInt8] { try CanonicalJSON.encode(bootstrapDocument) }

    /// The file of listeners as JSON.
    func listenerFile() throws(Failure) -> [UInt8] {
        try EnvoyMessage.file(version: 1, listeners.map { $0.document(paths) })
    }

    /// The file of a plugin that can be replaced, as JSON.
    static func pluginFile(
        version: Int,
        named name: String,
        _ plugin: PluginListener.Plugin,
        _ code: PluginListener.Plugin.Code
    ) throws(Failure) -> [UInt8] {
        let resource = EnvoyMessage.typed(
            "envoy.config.core.v3.TypedExtensionConfig",
            ["name": .string(name), "typed_config": plugin.document(named: name, code)]
        )
        return try EnvoyMessage.file(version: version, [resource])
    }

    private var bootstrapDocument: JSONValue {
        .object([
            "admin": .object(["address": EnvoyMessage.socket(paths.admin)]),
            "node": .object(["id": .string("wasmpack"), "cluster": .string("wasmpack")]),
            "dynamic_resources": .object(["lds_config": EnvoyMessage.source(paths.listeners)]),
            "static_resources": .object([
                "clusters": .array([upstream.document]), "listeners": .array([probe]),
            ]),
        ])
    }

    /// The name of the listener without a plugin in the access log.
    static let probeName = "probe"

    /// A listener without a plugin, which answers as long as the worker is not blocked by one.
    private var probe: JSONValue {
        let route: JSONValue = .object([
            "match": .object(["prefix": .string("/")]),
            "direct_response": .object(["status": .integer(200)]),
        ])
        let host: JSONValue = .object([
            "name": .string("all"), "domains": .array([.string("*")]), "routes": .array([route]),
        ])
        let manager = EnvoyMessage.configured(
            "http",
            "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
            [
                "stat_prefix": .string("probe"), "generate_request_id": .bool(false),
                "access_log": .array([PluginListener.accessLog(of: Self.probeName)]),
                "route_config": .object(["virtual_hosts": .array([host])]),
                "http_filters": .array([
                    EnvoyMessage.configured("router", "envoy.extensions.filters.http.router.v3.Router")
                ]),
            ]
        )
        return .object([
            "name": .string(Self.probeName), "address": EnvoyMessage.socket(paths.probe),
            "filter_chains": .array([.object(["filters": .array([manager])])]),
        ])
    }
}
