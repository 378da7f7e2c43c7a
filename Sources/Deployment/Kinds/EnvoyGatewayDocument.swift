package import Diagnostics
import OCI

/// Envoy Gateway's `EnvoyExtensionPolicy` (`gateway.envoyproxy.io/v1alpha1`, Envoy Gateway 1.9).
package struct EnvoyGatewayDocument: Sendable {
    private let plugin: PluginDeployment

    package init(_ plugin: PluginDeployment) { self.plugin = plugin }

    /// Returns the policy; throws ``Failure/Code/usage`` for values that it lacks.
    package func document() throws(Failure) -> GeneratedDocument {
        try plugin.check(for: .envoyGateway)
        try checkTargets()
        let object = YAMLNode.mapping([
            YAMLEntry("apiVersion", "gateway.envoyproxy.io/v1alpha1"),
            YAMLEntry("kind", "EnvoyExtensionPolicy"),
            YAMLEntry(
                "metadata",
                [
                    YAMLEntry("name", plugin.name.description),
                    YAMLEntry(
                        "namespace",
                        plugin.namespace(in: .envoyGateway),
                        comment: plugin.namespace == nil ? "the namespace of the Gateway or route" : nil
                    ),
                ]
            ),
            YAMLEntry("spec", targets + [YAMLEntry("wasm", .sequence([.mapping(try wasm())]))]),
        ])
        return GeneratedDocument("envoy-gateway.yaml", object, warnings: warnings, notes: notes)
    }

    private var warnings: [String] {
        guard let configuration = plugin.configuration else { return [] }
        return configuration.textWarnings(
            "--plugin-config is not JSON: Envoy Gateway passes it as a JSON string, so the plugin reads it in quotes"
        ) + configuration.precisionWarnings(of: "config", in: nil)
    }

    private var notes: [String] {
        guard plugin.targets.isEmpty else { return [] }
        return ["fill in targetRefs, which names Gateway/\(Self.placeholder); or use --target KIND/NAME"]
    }

    private static let placeholder = "my-gateway"

    private func checkTargets() throws(Failure) {
        if let target = plugin.targets.first(where: { !PolicyTarget.envoyGatewayKinds.contains($0.kind) }) {
            throw Failure(
                .usage,
                "--target \(target.kind)/\(target.name) does not apply to envoy-gateway",
                why: "Envoy Gateway accepts \(PolicyTarget.envoyGatewayKinds.joined(separator: ", ")); "
                    + "the kinds that have \(target.kind) are wasmplugin, trafficextension"
            )
        }
        try plugin.failIfReloading(.envoyGateway)
        if let variable = plugin.environment.first(where: { $0.value != nil }) {
            throw Failure(
                .usage,
                "--env \(variable.name.truncated(to: 80))=… does not apply to envoy-gateway",
                why: "Envoy Gateway passes variables of the proxy, by name only; "
                    + "the kinds with values are wasmplugin, trafficextension, higress, envoy",
                try: ["use --env \(variable.name.truncated(to: 80))"]
            )
        }
    }

    private var targets: [YAMLEntry] {
        guard !plugin.targets.isEmpty else {
            return [
                YAMLEntry(
                    "targetRefs",
                    .sequence([Self.reference("Gateway", Self.placeholder, "fill in; or --target")])
                ),
                YAMLEntry(comments: [
                    "To select targets by label instead, in place of targetRefs:",
                    "targetSelectors:", "- group: gateway.networking.k8s.io", "  kind: HTTPRoute",
                    "  matchLabels:",
                    "    team: my-team",
                ]),
            ]
        }
        return [
            YAMLEntry(
                "targetRefs",
                .sequence(plugin.targets.map { Self.reference($0.kind, $0.name.description, nil) })
            )
        ]
    }

    private static func reference(_ kind: String, _ name: String, _ comment: String?) -> YAMLNode {
        .mapping([
            YAMLEntry("group", "gateway.networking.k8s.io"),
            YAMLEntry("kind", kind),
            YAMLEntry("name", .string(name), comment: comment),
        ])
    }

    private func wasm() throws(Failure) -> [YAMLEntry] {
        var code = [YAMLEntry("type", "Image")]
        if let policy = plugin.pullPolicy { code.append(YAMLEntry("pullPolicy", policy.rawValue)) }
        code.append(YAMLEntry("image", image))
        var fields = [YAMLEntry("name", plugin.name.description)]
        if let rootID = plugin.rootID { fields.append(YAMLEntry("rootID", rootID)) }
        fields.append(YAMLEntry("code", code))
        if let configuration = plugin.configuration {
            fields.append(
                YAMLEntry(
                    "config",
                    try configuration.value().map { YAMLNode($0) } ?? .string(configuration.text)
                )
            )
        }
        if let strategy = plugin.failStrategy {
            fields.append(YAMLEntry("failOpen", .bool(strategy == .open)))
        }
        if !plugin.environment.isEmpty {
            let names = plugin.environment.map { YAMLNode.string($0.name) }
            fields.append(YAMLEntry("env", [YAMLEntry("hostKeys", .sequence(names))]))
        }
        return fields
    }

    private var image: [YAMLEntry] {
        var fields = [YAMLEntry("url", plugin.image.url, comment: plugin.image.comment)]
        if let digest = plugin.image.digest, digest.algorithm == .sha256 {
            fields.append(
                YAMLEntry("sha256", .string(digest.encoded), comment: "of the manifest, not of the module")
            )
        }
        if let secret = plugin.pullSecret {
            fields += DeploymentComments(plugin).pullSecret(in: plugin.namespace(in: .envoyGateway))
            fields.append(
                YAMLEntry(
                    "pullSecretRef",
                    [YAMLEntry("name", secret.description), YAMLEntry("kind", "Secret")]
                )
            )
        }
        fields.append(
            YAMLEntry(comments: [
                "If the registry's certificate has a private CA, which is in a Secret with the key ca.crt:",
                "tls:", "  caCertificateRef:", "    name: registry-ca", "    kind: Secret",
            ])
        )
        return fields
    }
}
