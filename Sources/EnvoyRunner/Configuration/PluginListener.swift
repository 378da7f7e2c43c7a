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
        /// The code of the module.
        package enum Code: Sendable {
            /// The path of a file.
            case file(String)
            /// The bytes of the module, which become a part of the configuration.
            case inline([UInt8])
        }

        /// The chain in which the plugin is.
        package enum Chain: Sendable {
            /// The filters of requests.
            case http
            /// The filters of connections; the bytes after the plugin go to the upstream.
            case network
        }

        let code: Code
        let settings: PluginSettings
        let chain: Chain
        /// Whether it can be replaced while Envoy runs.
        let isReplaceable: Bool

        /// Describes a plugin.
        package init(
            _ code: Code,
            _ settings: PluginSettings,
            in chain: Chain = .http,
            isReplaceable: Bool = false
        ) {
            self.code = code
            self.settings = settings
            self.chain = chain
            self.isReplaceable = isReplaceable
        }

        /// Returns the `Wasm` filter of Envoy.
        func document(named name: String, _ code: Code) -> JSONValue {
            EnvoyMessage.typed(type, ["config": settings.document(named: name, code)])
        }

        /// The type of the filter.
        private var type: String { "envoy.extensions.filters.\(word).wasm.v3.Wasm" }

        private var word: String {
            switch chain {
            case .http: "http"
            case .network: "network"
            }
        }

        /// The prefix of the statistics about its replacements.
        func replacementStatistics(of name: String) -> String {
            "extension_config_discovery.\(word)_filter.\(name)."
        }

        /// Returns the filter of a chain: the plugin, or where Envoy finds it.
        ///
        /// - Parameters:
        ///   - name: the name of the listener.
        ///   - file: the file of the plugin that can be replaced.
        /// - Returns: the message as JSON.
        fileprivate func filter(named name: String, in file: String) -> JSONValue {
            guard isReplaceable else {
                return .object(["name": .string(name), "typed_config": document(named: name, code)])
            }
            return .object([
                "name": .string(name),
                "config_discovery": .object([
                    "config_source": EnvoyMessage.source(file),
                    "type_urls": .array([.string("type.googleapis.com/\(type)")]),
                ]),
            ])
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
    /// - Parameter paths: the files of its Envoy.
    /// - Returns: the message as JSON.
    func document(_ paths: ProxyConfiguration.Paths) -> JSONValue {
        let address =
            switch address {
            case .socket: EnvoyMessage.socket(paths.socket(name))
            case .network(let host, let port): EnvoyMessage.address(host, port)
            }
        let filter = plugin?.filter(named: name, in: paths.replaceable(name))
        let chain: [JSONValue] =
            if case .network? = plugin?.chain {
                [filter, connectionProxy].compactMap(\.self)
            } else {
                [connectionManager(filter)]
            }
        return EnvoyMessage.typed(
            "envoy.config.listener.v3.Listener",
            [
                "name": .string(name), "address": address,
                // Otherwise a port that another Envoy uses would be shared with it.
                "enable_reuse_port": .bool(false),
                "filter_chains": .array([.object(["filters": .array(chain)])]),
            ]
        )
    }

    /// Passes the bytes of a connection to the upstream.
    private var connectionProxy: JSONValue {
        EnvoyMessage.configured(
            "tcp",
            "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
            [
                "stat_prefix": .string(name), "cluster": .string(UpstreamCluster.name),
                "access_log": .array([Self.accessLog(of: name)]),
            ]
        )
    }

    private func connectionManager(_ plugin: JSONValue?) -> JSONValue {
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
                "http_filters": .array([plugin, router].compactMap(\.self)),
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
