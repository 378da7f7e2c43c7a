package import Diagnostics
import OCI

/// Istio's `WasmPlugin` and `TrafficExtension`, and Higress's `WasmPlugin`, which share most fields.
///
/// The fields and rules are those of `extensions.istio.io/v1alpha1` (Istio 1.31) and of `extensions.higress.io/v1alpha1`
/// (Higress 2.2).
package struct IstioDocuments: Sendable {
    private let plugin: PluginDeployment

    package init(_ plugin: PluginDeployment) { self.plugin = plugin }

    /// Returns the `WasmPlugin` of Istio and ASM; throws ``Failure/Code/usage`` for values that it lacks.
    package func wasmPlugin() throws(Failure) -> GeneratedDocument {
        try plugin.check(for: .wasmplugin)
        try checkIstio(.wasmplugin)
        let fields = try attachment(.wasmplugin) + source() + policy() + configuration(.wasmplugin)
        return try document(
            .wasmplugin,
            "extensions.istio.io/v1alpha1",
            "WasmPlugin",
            fields,
            comments: istioComments
        )
    }

    /// Returns the `TrafficExtension`; throws ``Failure/Code/usage`` for values that it lacks, and for Istio before 1.30.
    package func trafficExtension() throws(Failure) -> GeneratedDocument {
        try plugin.check(for: .trafficextension)
        if let istio = plugin.istio, istio.minor < 30 {
            throw Failure(
                .usage,
                "Istio \(istio) has no TrafficExtension",
                why: "it is new in Istio 1.30",
                try: ["wasmpack generate wasmplugin \(plugin.image.reference)"]
            )
        }
        try checkIstio(.trafficextension)
        let wasm = try source() + failStrategy + configuration(.trafficextension) + type
        let fields = try attachment(.trafficextension) + order + matches + [YAMLEntry("wasm", wasm)]
        return try document(
            .trafficextension,
            "extensions.istio.io/v1alpha1",
            "TrafficExtension",
            fields,
            comments: ["For Istio 1.30 and later. It prefers TrafficExtension to WasmPlugin."]
        )
    }

    /// Returns Higress's `WasmPlugin`; throws ``Failure/Code/usage`` for values that it lacks.
    package func higress() throws(Failure) -> GeneratedDocument {
        try plugin.check(for: .higress)
        if plugin.failStrategy == .reload {
            throw Failure(
                .usage,
                "--fail-strategy reload does not apply to higress",
                why: "the kinds that have it are wasmplugin, trafficextension, envoy"
            )
        }
        let configuration = try plugin.configuration?.object(of: .higress)
        let fields =
            try source() + order + failStrategy + rootID + environment() + [
                YAMLEntry("defaultConfig", YAMLNode(.object(configuration ?? [:]))),
                YAMLEntry(comments: [
                    "To configure the plugin for some routes or domains only (Higress's own SDK reads these rules):",
                    "matchRules:", "- domain: [\"*.example.com\"]", "  config: {}",
                ]),
            ]
        return try document(
            .higress,
            "extensions.higress.io/v1alpha1",
            "WasmPlugin",
            fields,
            comments: ["Higress reads WasmPlugins and pull Secrets of its own namespace only."]
        )
    }

    private func document(
        _ kind: DocumentKind,
        _ apiVersion: String,
        _ name: String,
        _ fields: [YAMLEntry],
        comments: [String]
    ) throws(Failure) -> GeneratedDocument {
        let namespace = plugin.namespace?.description ?? kind.usualNamespace ?? "default"
        let object = YAMLNode.mapping([
            YAMLEntry("apiVersion", apiVersion),
            YAMLEntry("kind", name),
            YAMLEntry(
                "metadata",
                [
                    YAMLEntry("name", plugin.name.description),
                    YAMLEntry(
                        "namespace",
                        namespace,
                        comment: plugin.namespace == nil ? "the usual one; --namespace sets another" : nil
                    ),
                ]
            ),
            YAMLEntry("spec", fields),
        ])
        return GeneratedDocument(
            "\(kind.rawValue).yaml",
            object,
            comments: comments,
            warnings: plugin.configuration?.precisionWarnings ?? []
        )
    }

    private func checkIstio(_ kind: DocumentKind) throws(Failure) {
        let targets = plugin.targets.filter { !PolicyTarget.istioKinds.contains($0.kind) }
        if let target = targets.first {
            throw Failure(
                .usage,
                "--target \(target.kind)/\(target.name) does not apply to \(kind.rawValue)",
                why: "Istio accepts \(PolicyTarget.istioKinds.joined(separator: ", "))",
                try: ["wasmpack generate envoy-gateway, for routes of Envoy Gateway"]
            )
        }
        if plugin.failStrategy == .reload, let istio = plugin.istio, istio.minor < 27 {
            throw Failure(
                .usage,
                "Istio \(istio) has no fail strategy reload",
                why: "it is new in Istio 1.27",
                try: ["--fail-strategy close"]
            )
        }
    }

    private var istioComments: [String] {
        var lines = [
            "ASM has two API servers: apply this with the kubeconfig of the ASM instance, and the pull Secret with the",
            "one of the cluster where the pods run.",
        ]
        if plugin.istio.map({ $0.minor >= 30 }) ?? true {
            lines += [
                "Since Istio 1.30, the logs name the plugin \(plugin.name)~istio-translated-wasmplugin."
            ]
        }
        return lines
    }

    /// What the plugin is attached to.
    private func attachment(_ kind: DocumentKind) throws(Failure) -> [YAMLEntry] {
        if !plugin.targets.isEmpty {
            let targets = plugin.targets.map { target in
                YAMLNode.mapping([
                    YAMLEntry("group", target.group),
                    YAMLEntry("kind", target.kind),
                    YAMLEntry("name", target.name.description),
                ])
            }
            return [YAMLEntry("targetRefs", .sequence(targets))]
        }
        guard !plugin.selector.isEmpty else {
            return [
                YAMLEntry(comments: [
                    "Without a selector, it applies to every workload of the namespace (of the mesh, in istio-system):",
                    "selector:", "  matchLabels:", "    istio: ingressgateway",
                ])
            ]
        }
        let labels = plugin.selector.map { YAMLEntry($0.key, $0.value) }
        return [YAMLEntry("selector", [YAMLEntry("matchLabels", labels)])]
    }

    /// Where the module comes from.
    private func source() throws(Failure) -> [YAMLEntry] {
        var fields = [YAMLEntry("url", plugin.image.url, comment: plugin.image.comment)]
        if let policy = plugin.pullPolicy { fields.append(YAMLEntry("imagePullPolicy", policy.rawValue)) }
        if let secret = plugin.pullSecret { fields.append(YAMLEntry("imagePullSecret", secret.description)) }
        return fields
    }

    /// The place in the filter chain, in the order of a `WasmPlugin`.
    private func policy() -> [YAMLEntry] { order + failStrategy + matches + type }

    private var order: [YAMLEntry] {
        (plugin.phase.map { [YAMLEntry("phase", $0.rawValue)] } ?? [])
            + (plugin.priority.map { [YAMLEntry("priority", .integer(Int64($0)))] } ?? [])
    }

    private var failStrategy: [YAMLEntry] {
        plugin.failStrategy.map { [YAMLEntry("failStrategy", "FAIL_\($0.rawValue.uppercased())")] } ?? []
    }

    private var matches: [YAMLEntry] {
        guard !plugin.matches.isEmpty else { return [] }
        let nodes = plugin.matches.map { match in
            YAMLNode.mapping(
                [YAMLEntry("mode", match.mode)]
                    + (match.ports.isEmpty
                        ? []
                        : [
                            YAMLEntry(
                                "ports",
                                .sequence(match.ports.map { .mapping([YAMLEntry("number", .integer($0))]) })
                            )
                        ])
            )
        }
        return [YAMLEntry("match", .sequence(nodes))]
    }

    private var type: [YAMLEntry] {
        [YAMLEntry("type", (plugin.type ?? .http).rawValue.uppercased())]
    }

    private var rootID: [YAMLEntry] { plugin.rootID.map { [YAMLEntry("pluginName", $0)] } ?? [] }

    private func configuration(_ kind: DocumentKind) throws(Failure) -> [YAMLEntry] {
        let object = try plugin.configuration?.object(of: kind)
        return rootID + (object.map { [YAMLEntry("pluginConfig", YAMLNode(.object($0)))] } ?? [])
            + environment()
    }

    private func environment() -> [YAMLEntry] {
        guard !plugin.environment.isEmpty else { return [] }
        let variables = plugin.environment.map { variable in
            YAMLNode.mapping(
                [YAMLEntry("name", variable.name)]
                    + (variable.value.map { [YAMLEntry("value", $0)] } ?? [YAMLEntry("valueFrom", "HOST")])
            )
        }
        return [YAMLEntry("vmConfig", [YAMLEntry("env", .sequence(variables))])]
    }
}
