import Diagnostics
import YAML

/// A check of one object, beyond the shape of its fields.
struct ObjectRule: Sendable {
    /// What objects are checked for: the versions of `--for`.
    struct Context: Sendable {
        let versions: [ConsumerVersion]

        /// The version of Istio or ASM, or of another consumer; `nil` for the newest.
        func version(of consumers: Set<ConsumerVersion.Consumer>) -> ConsumerVersion? {
            versions.first { consumers.contains($0.consumer) }
        }
    }

    let check: @Sendable (ManifestObject, Context, inout LintCollector) -> Void

    init(_ check: @escaping @Sendable (ManifestObject, Context, inout LintCollector) -> Void) {
        self.check = check
    }

    /// The rules for each kind.
    static func rules(of kind: ManifestKind) -> [ObjectRule] {
        switch kind {
        case .wasmPlugin: object + IstioRules.wasmPlugin
        case .trafficExtension: object + IstioRules.trafficExtension
        case .envoyExtensionPolicy: object + EnvoyGatewayRules.policy
        case .higressWasmPlugin: object + HigressRules.wasmPlugin
        case .secret: object + SecretRules.secret
        case .configMap: object
        }
    }

    /// The rules for every kind.
    private static let object = [
        ObjectRule { object, _, found in
            var check = ShapeCheck(found) { KubernetesSchema.advice($0, for: object.kind) }
            check.check(
                object.node,
                .object(KubernetesSchema.fields(of: object.kind)),
                at: "",
                object.node.place
            )
            found = check.collector
        },
        ObjectRule { object, _, found in
            guard let version = object.node["apiVersion"] else {
                return found.add(
                    .apiVersion,
                    at: object.node.place,
                    "apiVersion is missing",
                    try: ["write apiVersion: \(object.kind.apiVersion)"]
                )
            }
            guard version.string != object.kind.apiVersion else { return }
            found.add(
                .apiVersion,
                at: version.place,
                "\(object.kind.name) is in \(object.kind.apiVersion), not in \(version.scalarText?.truncated(to: 60) ?? "this")",
                try: ["write apiVersion: \(object.kind.apiVersion)"]
            )
        },
        ObjectRule { object, _, found in
            let metadata = object.node["metadata"]
            let place = metadata?.place ?? object.node.place
            // Also beside generateName, which kubectl apply does not accept.
            check(metadata?["name"], "metadata.name", isRequired: true, at: place, &found) {
                KubernetesForm.isName($0)
            }
            check(metadata?["namespace"], "metadata.namespace", isRequired: false, at: place, &found) {
                KubernetesForm.isNamespace($0)
            }
        },
    ]

    private static func check(
        _ node: Node?,
        _ path: String,
        isRequired: Bool,
        at place: Node.Place,
        _ found: inout LintCollector,
        _ isValid: (String) -> Bool
    ) {
        guard let node else {
            if isRequired { found.add(.name, at: place, "\(path) is missing") }
            return
        }
        guard let text = node.string, node.otherReading == nil else {
            return found.add(
                .name,
                at: node.place,
                "\(path): a string is expected",
                try: ["put it in quotes"]
            )
        }
        guard !isValid(text) else { return }
        found.add(
            .name,
            at: node.place,
            "\(path): \"\(text.truncated(to: 80))\" is not a valid name: lower-case letters, digits and -, and a letter or digit "
                + "at both ends"
        )
    }
}
