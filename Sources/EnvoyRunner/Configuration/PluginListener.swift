import OCI

/// A listener with a plugin before an upstream.
package struct PluginListener: Sendable {
    /// The place where the listener accepts connections.
    package enum Address: Sendable {
        /// A Unix socket with the listener's name, in the directory of the Envoy.
        case socket
        /// An address and port of this machine.
        case network(host: String, port: Int)
    }

    /// The plugin of a listener.
    package struct Plugin: Sendable {
        /// The path of the module.
        package let module: String
        /// Its settings.
        package let settings: PluginSettings

        /// Describes a plugin.
        package init(module: String, _ settings: PluginSettings) {
            self.module = module
            self.settings = settings
        }
    }

    /// The name of the listener and of its plugin: letters, digits and `-` only.
    package let name: String
    let address: Address
    /// `nil` for the same listener without a plugin.
    let plugin: Plugin?

    /// Describes a listener.
    package init(_ name: String, at address: Address = .socket, _ plugin: Plugin?) {
        self.name = name
        self.address = address
        self.plugin = plugin
    }

    /// Returns the `Listener` of Envoy.
    ///
    /// - Parameter socket: the path of its socket, if it has one.
    /// - Returns: the message as JSON.
    func document(socket: String) -> JSONValue {
        let address =
            switch address {
            case .socket: EnvoyMessage.socket(socket)
            case .network(let host, let port): EnvoyMessage.address(host, port)
            }
        return EnvoyMessage.typed(
            "envoy.config.listener.v3.Listener",
            [
                "name": .string(name), "address": address,
                // Otherwise a port that another Envoy uses would be shared with it.
                "enable_reuse_port": .bool(false),
                "filter_chains": .array([.object(["filters": .array([connectionManager])])]),
            ]
        )
    }

    private var connectionManager: JSONValue {
        let plugins = plugin.map { plugin in
            EnvoyMessage.configured(
                name,
                "envoy.extensions.filters.http.wasm.v3.Wasm",
                ["config": plugin.settings.document(named: name, module: plugin.module)]
            )
        }
        let router = EnvoyMessage.configured("router", "envoy.extensions.filters.http.router.v3.Router")
        let route: JSONValue = .object([
            "match": .object(["prefix": .string("/")]),
            // The caller limits the time.
            "route": .object(["cluster": .string(UpstreamCluster.name), "timeout": .string("0s")]),
        ])
        let host: JSONValue = .object([
            "name": .string("all"), "domains": .array([.string("*")]), "routes": .array([route]),
        ])
        return EnvoyMessage.configured(
            "http",
            "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
            [
                "stat_prefix": .string(name), "generate_request_id": .bool(false),
                "access_log": .array([Self.accessLog(of: name)]),
                "route_config": .object(["virtual_hosts": .array([host])]),
                "http_filters": .array([plugins, router].compactMap(\.self)),
            ]
        )
    }

    /// The access log of a listener, on standard output.
    static func accessLog(of listener: String) -> JSONValue {
        let format: JSONValue = .object([
            "listener": .string(listener), "details": .string("%RESPONSE_CODE_DETAILS%"),
        ])
        return EnvoyMessage.configured(
            "log",
            "envoy.extensions.access_loggers.stream.v3.StdoutAccessLog",
            ["log_format": .object(["json_format": format])]
        )
    }
}

/// The servers behind the plugin.
package enum UpstreamCluster: Sendable {
    /// A Unix socket of this process.
    case socket(String)
    /// A server; a host name is resolved by Envoy.
    case network(host: String, port: Int)

    /// The name of the cluster.
    static let name = "upstream"

    var document: JSONValue {
        let (address, type) =
            switch self {
            case .socket(let path):
                (JSONValue.object(["pipe": .object(["path": .string(path)])]), "STATIC")
            case .network(let host, let port): (EnvoyMessage.address(host, port), "STRICT_DNS")
            }
        let endpoint: JSONValue = .object(["endpoint": .object(["address": address])])
        let endpoints: JSONValue = .object(["lb_endpoints": .array([endpoint])])
        return .object([
            "name": .string(Self.name), "type": .string(type), "connect_timeout": .string("5s"),
            "load_assignment": .object([
                "cluster_name": .string(Self.name), "endpoints": .array([endpoints]),
            ]),
        ])
    }
}
