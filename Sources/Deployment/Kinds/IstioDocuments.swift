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
        try checkTargets(.wasmplugin)
        try checkVersion()
        let fields =
            attachment + source(.wasmplugin) + order + failStrategy + matches + type
            + (try configuration(.wasmplugin))
        return document(
            .wasmplugin,
            "extensions.istio.io/v1alpha1",
            "WasmPlugin",
            fields,
            comments: logName + DeploymentComments(plugin).asm("this"),
            warnings: precision("pluginConfig", "Istio"),
            notes: attachmentNotes(.wasmplugin)
        )
    }

    /// Returns the `TrafficExtension`; throws ``Failure/Code/usage`` for values that it lacks, and for Istio before 1.30.
    package func trafficExtension() throws(Failure) -> GeneratedDocument {
        if let consumer = plugin.consumer, consumer.consumer == .asm || !consumer.isAtLeast(1, 30) {
            throw Failure(
                .usage,
                "\(consumer) has no TrafficExtension",
                why: consumer.consumer == .asm
                    ? "the documentation of ASM does not mention it" : "it is new in Istio 1.30",
                try: ["wasmpack generate wasmplugin \(plugin.image.reference)"]
            )
        }
        try plugin.check(for: .trafficextension)
        try checkTargets(.trafficextension)
        let wasm =
            source(.trafficextension) + failStrategy + (try configuration(.trafficextension)) + type
        return document(
            .trafficextension,
            "extensions.istio.io/v1alpha1",
            "TrafficExtension",
            attachment + order + matches + [YAMLEntry("wasm", wasm)],
            comments: [
                "For Istio 1.30 and later; older versions do not know this kind. Logs and statistics name the plugin "
                    + "\(plugin.namespace(in: .trafficextension)).\(plugin.name)."
            ],
            warnings: precision("wasm.pluginConfig", "Istio"),
            notes: attachmentNotes(.trafficextension)
        )
    }

    /// Returns Higress's `WasmPlugin`; throws ``Failure/Code/usage`` for values that it lacks.
    package func higress() throws(Failure) -> GeneratedDocument {
        try plugin.check(for: .higress)
        try plugin.failIfReloading(.higress)
        let configuration = try plugin.configuration?.object(of: .higress)
        let fields =
            source(.higress) + order + failStrategy + rootID + environment + [
                YAMLEntry("defaultConfig", YAMLNode(.object(configuration ?? [:]))),
                YAMLEntry(comments: [
                    "Other configurations for some domains, routes or services. Only plugins that are made with Higress's "
                        + "SDK read them:",
                    "matchRules:", "- domain:", "  - \"*.example.com\"", "  ingress:", "  - default/my-route",
                    "  config: {}",
                ]),
            ]
        return document(
            .higress,
            "extensions.higress.io/v1alpha1",
            "WasmPlugin",
            fields,
            comments: ["Higress reads only the WasmPlugins and pull Secrets in its namespace."],
            warnings: precision("defaultConfig", "Higress")
        )
    }

    private func precision(_ field: String, _ consumer: String) -> [String] {
        plugin.configuration?.precisionWarnings(of: field, in: consumer) ?? []
    }

    private func document(
        _ kind: DocumentKind,
        _ apiVersion: String,
        _ name: String,
        _ fields: [YAMLEntry],
        comments: [String],
        warnings: [String],
        notes: [String] = []
    ) -> GeneratedDocument {
        let object = YAMLNode.mapping([
            YAMLEntry("apiVersion", apiVersion),
            YAMLEntry("kind", name),
            YAMLEntry(
                "metadata",
                [
                    YAMLEntry("name", plugin.name.description),
                    YAMLEntry(
                        "namespace",
                        plugin.namespace(in: kind),
                        comment: plugin.namespace == nil ? "default; change it with --namespace" : nil
                    ),
                ]
            ),
            YAMLEntry("spec", fields),
        ])
        return GeneratedDocument(
            "\(kind.rawValue).yaml",
            object,
            comments: comments,
            warnings: warnings,
            notes: notes
        )
    }

    /// That nothing limits the workloads.
    private func attachmentNotes(_ kind: DocumentKind) -> [String] {
        guard plugin.selector.isEmpty, plugin.targets.isEmpty else { return [] }
        return [
            "without --selector or --target, the plugin applies to every workload in the namespace "
                + "\(plugin.namespace(in: kind)), or in the mesh if that is Istio's root namespace"
        ]
    }

    private func checkTargets(_ kind: DocumentKind) throws(Failure) {
        guard let target = plugin.targets.first(where: { !PolicyTarget.istioKinds.contains($0.kind) }) else {
            return
        }
        throw Failure(
            .usage,
            "--target \(target.kind)/\(target.name) does not apply to \(kind.rawValue)",
            why: "Istio accepts \(PolicyTarget.istioKinds.joined(separator: ", "))",
            try: ["for routes of Envoy Gateway, use wasmpack generate envoy-gateway"]
        )
    }

    private func checkVersion() throws(Failure) {
        guard let consumer = plugin.consumer else { return }
        if consumer.consumer == .asm, !consumer.isAtLeast(1, 18) {
            throw Failure(
                .usage,
                "\(consumer) has no WasmPlugin",
                why: "ASM documents it for version 1.18 and later"
            )
        }
        if plugin.failStrategy == .reload, !consumer.isAtLeast(1, 27) {
            throw Failure(
                .usage,
                "\(consumer) has no fail strategy reload",
                why: "it is new in Istio 1.27",
                try: ["use --fail-strategy close"]
            )
        }
    }

    /// The name in logs, which changed in Istio 1.30.
    private var logName: [String] {
        let name = "\(plugin.namespace(in: .wasmplugin)).\(plugin.name)"
        let translated = "\(name)~istio-translated-wasmplugin"
        guard let consumer = plugin.consumer else {
            return [
                "In logs and metrics the plugin is called \(name); since Istio 1.30, \(translated)."
            ]
        }
        return [
            "In logs and metrics of \(consumer), the plugin is called \(consumer.isAtLeast(1, 30) ? translated : name)."
        ]
    }

    /// What the plugin is attached to.
    private var attachment: [YAMLEntry] {
        if !plugin.targets.isEmpty {
            let targets = plugin.targets.map { target in
                YAMLNode.mapping([
                    YAMLEntry("group", target.group),
                    YAMLEntry("kind", target.kind),
                    YAMLEntry("name", target.name.description),
                ])
            }
            return [
                YAMLEntry(comments: [
                    "Gateways of the Gateway API and waypoints read targetRefs; sidecars ignore the whole object."
                ]),
                YAMLEntry("targetRefs", .sequence(targets)),
            ]
        }
        guard !plugin.selector.isEmpty else {
            return [
                YAMLEntry(comments: [
                    "Without a selector, it applies to every workload in the namespace, or in the mesh if this is "
                        + "Istio's root namespace:",
                    "selector:", "  matchLabels:", "    istio: ingressgateway",
                ])
            ]
        }
        let labels = plugin.selector.map { YAMLEntry($0.key, $0.value) }
        return [YAMLEntry("selector", [YAMLEntry("matchLabels", labels)])]
    }

    /// Where the module comes from.
    private func source(_ kind: DocumentKind) -> [YAMLEntry] {
        var fields = [YAMLEntry("url", plugin.image.url, comment: plugin.image.comment)]
        if let policy = plugin.pullPolicy { fields.append(YAMLEntry("imagePullPolicy", policy.rawValue)) }
        if let secret = plugin.pullSecret {
            fields += DeploymentComments(plugin).pullSecret(in: plugin.namespace(in: kind))
            fields.append(YAMLEntry("imagePullSecret", secret.description))
        }
        return fields
    }

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
        plugin.type.map { [YAMLEntry("type", $0.rawValue.uppercased())] } ?? []
    }

    private var rootID: [YAMLEntry] { plugin.rootID.map { [YAMLEntry("pluginName", $0)] } ?? [] }

    private func configuration(_ kind: DocumentKind) throws(Failure) -> [YAMLEntry] {
        let object = try plugin.configuration?.object(of: kind)
        return rootID + (object.map { [YAMLEntry("pluginConfig", YAMLNode(.object($0)))] } ?? [])
            + environment
    }

    private var environment: [YAMLEntry] {
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
