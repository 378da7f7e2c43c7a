import Diagnostics
import OCI
import YAML

/// A reference of an Envoy Gateway policy to the CA certificate of a registry or server.
struct AuthorityUse {
    let policy: ManifestObject
    let kind: ManifestKind
    let name: String
    /// `nil` for the namespace of kubectl's context.
    let namespace: String?
    let place: Node.Place

    /// Finds the references of a policy; a `ClusterTrustBundle` is in no namespace, and has no `ca.crt`.
    static func authorities(of object: ManifestObject) -> [AuthorityUse] {
        guard object.kind == .envoyExtensionPolicy else { return [] }
        return (object.spec?["wasm"]?.elements ?? []).flatMap { plugin in
            ["image", "http"].compactMap { source in
                guard let named = plugin["code"]?[source]?["tls"]?["caCertificateRef"],
                    let name = named["name"], let text = name.string
                else { return nil }
                let kinds: [String: ManifestKind] = ["Secret": .secret, "ConfigMap": .configMap]
                guard let kind = kinds[named["kind"]?.string ?? "Secret"] else { return nil }
                return AuthorityUse(
                    policy: object,
                    kind: kind,
                    name: text,
                    namespace: named["namespace"]?.string ?? object.namespace,
                    place: name.place
                )
            }
        }
    }
}

/// The rules between a policy and the CA certificate that it names.
struct AuthorityRules {
    private static let key = "ca.crt"

    private let objects: [ManifestObject]
    private let grants: ReferenceGrants

    /// Creates the rules; the objects are the Secrets and ConfigMaps of all files.
    init(_ objects: [ManifestObject], grants: ReferenceGrants) {
        self.objects = objects
        self.grants = grants
    }

    /// Finds the object that a policy means; `nil` if it is not in the files.
    func object(of use: AuthorityUse) -> ManifestObject? {
        let named = objects.filter { $0.kind == use.kind && $0.name == use.name }
        return named.first { $0.namespace == use.namespace }
            ?? named.first { $0.namespace == nil || use.namespace == nil }
    }

    /// Checks the object that a policy names.
    func check(_ use: AuthorityUse, _ found: inout LintCollector) {
        grants.check(use.kind, use.name, in: use.namespace, for: use.policy, at: use.place, &found)
        let name =
            "\(use.kind.name) \(use.namespace.map { "\($0)/" } ?? "")\(use.name)".truncated(to: 120)
        guard let object = object(of: use) else {
            return found.add(
                .caMissing,
                at: use.place,
                "the \(name) is not in these files; it must exist in the cluster, with \(Self.key)"
            )
        }
        guard let problem = Self.problem(of: object) else { return }
        found.add(
            .caCertificate,
            at: use.place,
            "the \(name) (\(object.file):\(object.node.place.line)) \(problem)",
            try: [
                "kubectl create \(use.kind == .secret ? "secret generic" : "configmap") NAME --from-file=ca.crt=ca.pem"
            ]
        )
    }

    /// Returns what is wrong with the certificate, as a clause; never its content, because a Secret may have a key there.
    private static func problem(of object: ManifestObject) -> String? {
        let plain = object.kind == .secret ? "stringData" : "data"
        let encoded = object.kind == .secret ? "data" : "binaryData"
        let text: String
        if let value = object.node[plain]?[key] {
            guard let string = value.string else { return "has a \(key) that is not a text" }
            text = string
        } else if let value = object.node[encoded]?[key] {
            guard let bytes = value.string.flatMap(PullSecretData.decodeBase64) else {
                return "has a \(key) that is not base64"
            }
            text = String(decoding: bytes, as: UTF8.self)
        } else {
            return "has no key \(key), which Envoy Gateway reads"
        }
        return text.contains("-----BEGIN CERTIFICATE-----") ? nil : "has no certificate in PEM in \(key)"
    }
}
