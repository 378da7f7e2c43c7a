package import Diagnostics
package import OCI

/// A module that a plain Envoy fetches over HTTP, without credentials.
package struct RemoteModule: Sendable, Equatable {
    /// The URL of the blob that is the module.
    package let url: String
    package let host: String
    package let port: Int
    package let usesTLS: Bool
    /// The digest of the module.
    package let digest: Digest

    /// Whether the host is an IP address, which no name server knows.
    fileprivate var isAddress: Bool { IPAddress(host) != nil }

    package init(url: String, host: String, port: Int, usesTLS: Bool, digest: Digest) {
        self.url = url
        self.host = host
        self.port = port
        self.usesTLS = usesTLS
        self.digest = digest
    }
}

/// Where a plain Envoy gets the module.
package enum ModuleSource: Sendable, Equatable {
    /// A file on its machine; `why` tells why it cannot fetch the module, if that was found out.
    case file(why: String?)
    case url(RemoteModule)
}

/// A bootstrap configuration of an Envoy with the plugin in its filter chain (Envoy 1.36 to 1.40).
package struct EnvoyBootstrap: Sendable {
    private let plugin: PluginDeployment
    private let source: ModuleSource

    /// Creates the generator.
    ///
    /// - Parameters:
    ///   - plugin: the plugin, with the path of its module, if Envoy reads a file.
    ///   - source: where Envoy gets the module.
    package init(_ plugin: PluginDeployment, from source: ModuleSource = .file(why: nil)) {
        self.plugin = plugin
        self.source = source
    }

    private var remote: RemoteModule? { if case .url(let module) = source { module } else { nil } }

    /// The path of the module if none is given.
    package static let usualModulePath = "/etc/envoy/plugin.wasm"

    /// Returns the configuration; throws ``Failure/Code/usage`` for values that it lacks.
    package func document() throws(Failure) -> GeneratedDocument {
        try plugin.check(for: .envoy)
        try plugin.configuration?.failIfBroken()
        let clusters = [upstream] + (remote.map { [cluster(of: $0)] } ?? [])
        let object = YAMLNode.mapping([
            YAMLEntry(
                "static_resources",
                [
                    YAMLEntry("listeners", .sequence([listener])),
                    YAMLEntry("clusters", .sequence(clusters)),
                ]
            )
        ])
        let start = "envoy -c envoy.yaml --component-log-level wasm:debug"
        return GeneratedDocument(
            "envoy.yaml",
            object,
            comments: origin + ["To start it:", "  \(start)"],
            warnings: plugin.configuration?.textWarnings(nil) ?? [],
            notes: [
                "Envoy listens on 127.0.0.1:10000, and its backend is 127.0.0.1:8080; change both to yours"
            ]
        )
    }

    /// How the module reaches Envoy.
    private var origin: [String] {
        switch source {
        case .url: ["Envoy fetches the module from the registry, without credentials."]
        case .file(let why):
            [
                why.map { "Envoy reads the module from a file, because \($0)." }
                    ?? "Envoy reads the module from a file."
            ] + ["To write it:", "  wasmpack pull \(pinned) -o \(commandPath)"]
        }
    }

    /// The reference with the digest, so that the file is the module that was checked.
    private var pinned: Reference {
        plugin.image.digest.map { plugin.image.reference.pinned(to: $0) } ?? plugin.image.reference
    }

    private var path: String { plugin.modulePath ?? Self.usualModulePath }

    /// The path as a word of a shell; another one, if it would need quotes.
    private var commandPath: String { YAMLWriter.quoted(path) == path ? path : "plugin.wasm" }

    private static func typed(_ type: String, _ entries: [YAMLEntry]) -> YAMLEntry {
        YAMLEntry("typed_config", [YAMLEntry("@type", "type.googleapis.com/\(type)")] + entries)
    }

    private var isNetwork: Bool { plugin.type == .network }

    private var listener: YAMLNode {
        let router = YAMLNode.mapping([
            YAMLEntry("name", "envoy.filters.http.router"),
            Self.typed("envoy.extensions.filters.http.router.v3.Router", []),
        ])
        let route = YAMLNode.mapping([
            YAMLEntry("match", [YAMLEntry("prefix", "/")]),
            YAMLEntry("route", [YAMLEntry("cluster", "backend")]),
        ])
        let host = YAMLNode.mapping([
            YAMLEntry("name", "backend"),
            YAMLEntry("domains", .sequence(["*"])),
            YAMLEntry("routes", .sequence([route])),
        ])
        let connections = YAMLNode.mapping([
            YAMLEntry("name", "envoy.filters.network.http_connection_manager"),
            Self.typed(
                "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                [
                    YAMLEntry("stat_prefix", "ingress"),
                    YAMLEntry("route_config", [YAMLEntry("virtual_hosts", .sequence([host]))]),
                    YAMLEntry("http_filters", .sequence(isNetwork ? [router] : [filter, router])),
                ]
            ),
        ])
        return .mapping([
            YAMLEntry("name", "ingress"),
            YAMLEntry("address", Self.address("127.0.0.1", 10000, comment: "where Envoy listens")),
            YAMLEntry(
                "filter_chains",
                .sequence([
                    .mapping([
                        YAMLEntry("filters", .sequence(isNetwork ? [filter, connections] : [connections]))
                    ])
                ])
            ),
        ])
    }

    private static func address(_ host: String, _ port: Int, comment: String? = nil) -> [YAMLEntry] {
        [
            YAMLEntry(
                "socket_address",
                [
                    YAMLEntry("address", .string(host), comment: comment),
                    YAMLEntry("port_value", .integer(Int64(port))),
                ]
            )
        ]
    }

    private var filter: YAMLNode {
        let kind = isNetwork ? "network" : "http"
        return .mapping([
            YAMLEntry("name", "envoy.filters.\(kind).wasm"),
            Self.typed("envoy.extensions.filters.\(kind).wasm.v3.Wasm", [YAMLEntry("config", pluginConfig)]),
        ])
    }

    private var pluginConfig: [YAMLEntry] {
        var fields = [YAMLEntry("name", plugin.name.description)]
        if let rootID = plugin.rootID { fields.append(YAMLEntry("root_id", rootID)) }
        if let configuration = plugin.configuration {
            // Another type than StringValue reaches the plugin as binary protobuf.
            fields.append(
                YAMLEntry(
                    "configuration",
                    [
                        YAMLEntry("@type", "type.googleapis.com/google.protobuf.StringValue"),
                        YAMLEntry("value", configuration.text),
                    ]
                )
            )
        }
        if let strategy = plugin.failStrategy {
            let policy = strategy == .close ? "FAIL_CLOSED" : "FAIL_\(strategy.rawValue.uppercased())"
            fields.append(YAMLEntry("failure_policy", policy))
        }
        fields.append(YAMLEntry("vm_config", vmConfig))
        return fields
    }

    private var vmConfig: [YAMLEntry] {
        var fields = [
            YAMLEntry("vm_id", plugin.name.description),
            YAMLEntry("runtime", "envoy.wasm.runtime.v8"),
            YAMLEntry("code", code),
        ]
        guard !plugin.environment.isEmpty else { return fields }
        var variables: [YAMLEntry] = []
        let names = plugin.environment.filter { $0.value == nil }.map { YAMLNode.string($0.name) }
        let values = plugin.environment.compactMap { variable in
            variable.value.map { YAMLEntry(variable.name, $0) }
        }
        if !names.isEmpty { variables.append(YAMLEntry("host_env_keys", .sequence(names))) }
        if !values.isEmpty { variables.append(YAMLEntry("key_values", values)) }
        fields.append(YAMLEntry("environment_variables", variables))
        return fields
    }

    private var code: [YAMLEntry] {
        guard let remote else {
            return [
                YAMLEntry(
                    "local",
                    [
                        YAMLEntry(
                            "filename",
                            .string(path),
                            comment: plugin.image.reference.description
                        )
                    ]
                )
            ]
        }
        return [
            YAMLEntry(
                "remote",
                [
                    YAMLEntry(
                        "http_uri",
                        [
                            YAMLEntry("uri", remote.url),
                            YAMLEntry("cluster", "registry"),
                            YAMLEntry("timeout", "30s"),
                        ]
                    ),
                    YAMLEntry("sha256", .string(remote.digest.encoded), comment: "of the module"),
                ]
            )
        ]
    }

    private var upstream: YAMLNode {
        cluster("backend", "127.0.0.1", 8080, isNamed: false, more: [], comment: "your backend")
    }

    private func cluster(of remote: RemoteModule) -> YAMLNode {
        let name = remote.isAddress ? [] : [YAMLEntry("sni", remote.host)]
        let tls = Self.typed(
            "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
            name + [
                YAMLEntry(
                    "common_tls_context",
                    [
                        YAMLEntry(
                            "validation_context",
                            [
                                YAMLEntry(
                                    "trusted_ca",
                                    [
                                        YAMLEntry(
                                            "filename",
                                            .string("/etc/ssl/certs/ca-certificates.crt"),
                                            comment: "the authorities that Envoy trusts"
                                        )
                                    ]
                                ),
                                YAMLEntry(
                                    "match_typed_subject_alt_names",
                                    .sequence([
                                        .mapping([
                                            YAMLEntry("san_type", remote.isAddress ? "IP_ADDRESS" : "DNS"),
                                            YAMLEntry("matcher", [YAMLEntry("exact", remote.host)]),
                                        ])
                                    ])
                                ),
                            ]
                        )
                    ]
                )
            ]
        )
        let socket = YAMLEntry("transport_socket", [YAMLEntry("name", "envoy.transport_sockets.tls"), tls])
        return cluster(
            "registry",
            remote.host,
            remote.port,
            isNamed: !remote.isAddress,
            more: remote.usesTLS ? [socket] : [],
            comment: nil
        )
    }

    private func cluster(
        _ name: String,
        _ host: String,
        _ port: Int,
        isNamed: Bool,
        more: [YAMLEntry],
        comment: String?
    ) -> YAMLNode {
        let endpoint = YAMLNode.mapping([
            YAMLEntry("endpoint", [YAMLEntry("address", Self.address(host, port, comment: comment))])
        ])
        return .mapping(
            [
                YAMLEntry("name", name),
                YAMLEntry("type", isNamed ? "STRICT_DNS" : "STATIC"),
                YAMLEntry("connect_timeout", "5s"),
            ]
                // By default, Envoy only tries IPv6 addresses of a name that has both.
                + (isNamed ? [YAMLEntry("dns_lookup_family", "V4_PREFERRED")] : []) + [
                    YAMLEntry(
                        "load_assignment",
                        [
                            YAMLEntry("cluster_name", name),
                            YAMLEntry(
                                "endpoints",
                                .sequence([.mapping([YAMLEntry("lb_endpoints", .sequence([endpoint]))])])
                            ),
                        ]
                    )
                ] + more
        )
    }
}
