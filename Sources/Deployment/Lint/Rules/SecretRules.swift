import Diagnostics
import OCI
import YAML

/// What the API server and the proxies require of a pull Secret.
enum SecretRules {
    static let secret = [
        ObjectRule { object, _, found in
            guard SecretContent.isPullSecret(object.node) else { return }
            if let type = object.node["type"], type.string == PullSecretData.legacyType {
                return found.add(
                    .secretType,
                    at: type.place,
                    "the type \(PullSecretData.legacyType) is the legacy format, which Istio, Higress and Envoy Gateway do not read",
                    try: ["wasmpack generate pull-secret REGISTRY --name NAME"]
                )
            }
            do throws(SecretContent.Problem) {
                let content = try SecretContent(object.node)
                if let helper = content.helper {
                    found.add(
                        .secretHelper,
                        at: content.place,
                        "the content has \(helper), a helper that is not in the proxy's container",
                        try: [
                            "wasmpack generate pull-secret REGISTRY --name NAME writes the credentials themselves"
                        ]
                    )
                }
                let unusable = content.unusableKeys
                if !unusable.isEmpty, content.helper == nil {
                    found.add(
                        .secretEntry,
                        at: content.place,
                        "\(unusable.count) of \(content.entries.count) entries: its auth is not base64 of user:password, and it has "
                            + "no token, or no username and password",
                        try: ["wasmpack generate pull-secret REGISTRY --name NAME"]
                    )
                }
            } catch {
                found.add(error.rule, at: error.place, error.message, try: error.hints)
            }
        }
    ]
}

/// The rules between an object and the pull Secret that it names.
struct SecretUse {
    /// A Secret that an image names, and what was read from it.
    struct NamedSecret {
        let object: ManifestObject
        let content: Result<SecretContent, SecretContent.Problem>

        init(_ object: ManifestObject) {
            self.object = object
            do throws(SecretContent.Problem) {
                content = .success(try SecretContent(object.node))
            } catch {
                content = .failure(error)
            }
        }
    }

    /// The Secrets that images name, by name.
    private let secrets: [String: [NamedSecret]]
    /// The files of the other Secrets, by name.
    private let others: [String: String]
    private let grants: ReferenceGrants

    /// Reads the Secrets that images name.
    init(_ secrets: [ManifestObject], namedBy images: [ImageUse], grants: ReferenceGrants) {
        let names = Set(images.compactMap(\.secret?.name))
        self.secrets = Dictionary(
            grouping: secrets.filter { names.contains($0.name) }.map(NamedSecret.init),
            by: \.object.name
        )
        others = Dictionary(
            secrets.filter { !names.contains($0.name) && SecretContent.isPullSecret($0.node) }
                .map { ($0.name, $0.file) },
            uniquingKeysWith: { first, _ in first }
        )
        self.grants = grants
    }

    /// Finds the Secret that an image is pulled with; `nil` if it is not in the files.
    func secret(of image: ImageUse) -> NamedSecret? {
        guard let named = image.secret else { return nil }
        let candidates = secrets[named.name] ?? []
        // Without a namespace, an object is in that of kubectl's context, which is not known.
        return candidates.first { $0.object.namespace == named.namespace }
            ?? candidates.first { $0.object.namespace == nil || named.namespace == nil }
    }

    /// Checks the Secret that an image is pulled with.
    func check(_ image: ImageUse, _ found: inout LintCollector) {
        guard let named = image.secret else { return }
        let name = "\(named.namespace.map { "\($0)/" } ?? "")\(named.name)".truncated(to: 120)
        if image.kind == .envoyExtensionPolicy {
            grants.check(
                .secret,
                named.name,
                in: named.namespace,
                for: image.object,
                at: named.place,
                &found
            )
        }
        guard let secret = secret(of: image) else {
            guard let other = secrets[named.name]?.first?.object else {
                // A short name is close to every other one.
                let near =
                    named.name.utf8.count > 4 ? named.name.nearest(of: others.keys.sorted(), within: 2) : nil
                return found.add(
                    .secretMissing,
                    at: named.place,
                    "the pull Secret \(name) is not in these files; it must exist in the cluster",
                    try: near.map {
                        ["write \($0), which \(others[$0] ?? "another file") has"]
                    }
                        ?? [image.secretCommand]
                )
            }
            return found.add(
                .secretNamespace,
                at: named.place,
                "the pull Secret must be \(name), but it is in the namespace \(other.namespace ?? "of kubectl's context") "
                    + "(\(other.file):\(other.node.place.line))",
                consumerMessage: image.kind.consumer == "istio"
                    ? "cannot fetch Wasm module \(image.object.name.truncated(to: 80)): missing image pulling secret"
                    : nil,
                try: [
                    named.namespace.map { "write namespace: \($0) in the Secret" }
                        ?? "write the namespace in both"
                ]
            )
        }
        checkContent(of: secret, for: image, at: named.place, &found)
    }

    private func checkContent(
        of named: NamedSecret,
        for image: ImageUse,
        at place: Node.Place,
        _ found: inout LintCollector
    ) {
        let secret = named.object
        let type = secret.node["type"]?.string ?? "Opaque"
        let source = "\(secret.file):\(secret.node.place.line)"
        if image.kind != .envoyExtensionPolicy, type != PullSecretData.type, type != PullSecretData.legacyType
        {
            found.add(
                .secretType,
                at: place,
                "the Secret \(secret.name.truncated(to: 80)) (\(source)) has the type \(type.truncated(to: 80))",
                consumerMessage:
                    "type of secret \(secret.namespace ?? "NAMESPACE")/\(secret.name.truncated(to: 80)) is not "
                    + PullSecretData.type,
                try: ["write type: \(PullSecretData.type) in the Secret"]
            )
        }
        let content: SecretContent
        do throws(SecretContent.Problem) {
            content = try named.content.get()
        } catch {
            // A pull Secret has its own finding for this.
            guard !SecretContent.isPullSecret(secret.node) else { return }
            return found.add(
                error.rule,
                at: place,
                "the Secret \(secret.name.truncated(to: 80)) (\(source)): \(error.message)",
                try: error.hints
            )
        }
        guard content.helper == nil, !content.hasEntry(for: image.registry) else { return }
        found.add(
            .secretHost,
            at: place,
            "the Secret \(secret.name.truncated(to: 80)) (\(source)) has no entry for \(image.registry); it has "
                + content.hosts.prefix(5).joined(separator: ", "),
            try: [
                image.registry.isDockerHub
                    ? "the key for Docker Hub is https://index.docker.io/v1/"
                    : "write the host exactly as in the url, with its port: \(image.registry)"
            ]
        )
    }
}
