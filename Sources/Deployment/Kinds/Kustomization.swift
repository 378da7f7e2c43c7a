package import Diagnostics
import OCI

/// A folder of documents for `kubectl apply -k`.
package struct Kustomization: Sendable {
    /// The file with the registry's credentials, which is never written and never committed.
    private static let secretFile = "pull-secret.json"

    private let plugin: PluginDeployment
    private let kinds: [DocumentKind]

    /// Creates a kustomization of these kinds of documents.
    ///
    /// Throws ``Failure/Code/usage`` for no kind, for a kind that is given twice, and for kinds that cannot be part of one.
    package init(_ plugin: PluginDeployment, with kinds: [DocumentKind]) throws(Failure) {
        let possible: [DocumentKind] = [.wasmplugin, .trafficextension, .envoyGateway, .higress, .pullSecret]
        let names = possible.map(\.rawValue).joined(separator: ", ")
        guard !kinds.isEmpty else {
            throw Failure(
                .usage,
                "a kustomization needs at least one kind",
                why: "--with is missing; it takes \(names)",
                try: ["--with wasmplugin"]
            )
        }
        if let other = kinds.first(where: { !possible.contains($0) }) {
            throw Failure(
                .usage,
                "--with \(other.rawValue) cannot be part of a kustomization",
                why: "the kinds that can are \(names)"
            )
        }
        guard Set(kinds).count == kinds.count else {
            throw Failure(.usage, "a kind is given twice with --with")
        }
        if kinds.contains(.pullSecret), plugin.pullSecret == nil {
            throw Failure(
                .usage,
                "--with pull-secret needs the name of the Secret",
                try: ["--pull-secret NAME"]
            )
        }
        self.plugin = plugin
        self.kinds = kinds
    }

    /// A file to write, with its whole text.
    package struct File: Sendable, Equatable {
        package let name: String
        package let text: String
    }

    /// Returns the files: one for each kind, the `kustomization.yaml`, and a `.gitignore` for the credentials.
    ///
    /// Throws ``Failure/Code/usage`` for values that a kind lacks.
    package func files() throws(Failure) -> (files: [File], warnings: [String]) {
        var documents: [GeneratedDocument] = []
        for kind in kinds {
            switch kind {
            case .wasmplugin: documents.append(try IstioDocuments(plugin).wasmPlugin())
            case .trafficextension: documents.append(try IstioDocuments(plugin).trafficExtension())
            case .higress: documents.append(try IstioDocuments(plugin).higress())
            case .envoyGateway: documents.append(try EnvoyGatewayDocument(plugin).document())
            case .envoy, .imageVolume, .pullSecret, .kustomization: break
            }
        }
        let hasSecret = kinds.contains(.pullSecret)
        var files = documents.map { File(name: $0.fileName, text: $0.yaml) }
        files.append(File(name: "kustomization.yaml", text: kustomization(documents, hasSecret).yaml))
        if hasSecret { files.append(File(name: ".gitignore", text: "\(Self.secretFile)\n")) }
        return (files, documents.flatMap(\.warnings))
    }

    private func kustomization(_ documents: [GeneratedDocument], _ hasSecret: Bool) -> GeneratedDocument {
        var entries = [
            YAMLEntry("apiVersion", "kustomize.config.k8s.io/v1beta1"),
            YAMLEntry("kind", "Kustomization"),
        ]
        if !documents.isEmpty {
            entries.append(YAMLEntry("resources", .sequence(documents.map { .string($0.fileName) })))
        }
        if hasSecret, let name = plugin.pullSecret {
            entries += [
                YAMLEntry(comments: [
                    "\(Self.secretFile) has the registry's credentials in the form of Docker's config.json. It is in",
                    ".gitignore. To write it:",
                    "  wasmpack generate pull-secret \(plugin.image.reference.registry) --name \(name) --json |",
                    "    jq -r '.documents[0].data[\".dockerconfigjson\"]' | base64 -d > \(Self.secretFile)",
                ]),
                YAMLEntry(
                    "secretGenerator",
                    .sequence([.mapping(secretEntries(name, documents))])
                ),
                // kustomize does not know that imagePullSecret names a Secret, so the name must stay.
                YAMLEntry("generatorOptions", [YAMLEntry("disableNameSuffixHash", .bool(true))]),
            ]
        }
        return GeneratedDocument("kustomization.yaml", .mapping(entries))
    }

    private func secretEntries(_ name: KubernetesName, _ documents: [GeneratedDocument]) -> [YAMLEntry] {
        let namespace =
            plugin.namespace?.description ?? kinds.lazy.compactMap(\.usualNamespace).first ?? "default"
        return [
            YAMLEntry("name", name.description),
            YAMLEntry("namespace", namespace),
            YAMLEntry("type", "kubernetes.io/dockerconfigjson"),
            YAMLEntry("files", .sequence([.string(".dockerconfigjson=\(Self.secretFile)")])),
        ]
    }
}
