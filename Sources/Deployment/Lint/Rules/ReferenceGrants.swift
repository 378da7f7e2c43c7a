import Diagnostics
import YAML

/// The objects of the kind `ReferenceGrant`, with which a namespace lets others read its objects.
struct ReferenceGrants {
    private let grants: [Node]

    init(_ grants: [Node]) { self.grants = grants }

    /// Checks that a policy of Envoy Gateway may read an object of another namespace.
    func check(
        _ kind: ManifestKind,
        _ name: String,
        in other: String?,
        for policy: ManifestObject,
        at place: Node.Place,
        _ found: inout LintCollector
    ) {
        guard let own = policy.namespace, let other, own != other,
            !allow(kind.name, name, in: other, to: own)
        else { return }
        let (shown, from) = (other.truncated(to: 63), own.truncated(to: 63))
        found.add(
            .referenceGrant,
            at: place,
            "the \(kind.name) is in the namespace \(shown), and these files have no ReferenceGrant there for policies of \(from)",
            try: ["put the \(kind.name) into \(from), or create a ReferenceGrant in \(shown)"]
        )
    }

    private func allow(_ kind: String, _ name: String, in other: String, to own: String) -> Bool {
        grants.contains { grant in
            grant["metadata"]?["namespace"]?.string == other
                && (grant["spec"]?["from"]?.elements ?? []).contains {
                    $0["group"]?.string == "gateway.envoyproxy.io"
                        && $0["kind"]?.string == "EnvoyExtensionPolicy" && $0["namespace"]?.string == own
                }
                && (grant["spec"]?["to"]?.elements ?? []).contains {
                    $0["kind"]?.string == kind && ($0["group"]?.string ?? "").isEmpty
                        && ($0["name"] == nil || $0["name"]?.string == name)
                }
        }
    }
}
