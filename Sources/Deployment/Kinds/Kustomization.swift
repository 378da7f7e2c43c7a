package import Diagnostics
import OCI

/// A folder of documents for `kubectl apply -k`.
package struct Kustomization: Sendable {
    /// The file with the credentials.
    ///
    /// wasmpack does not write it; `.gitignore` excludes it.
    package static let secretFile = "pull-secret.json"
    /// The file that keeps the credentials out of git.
    package static let ignoreFile = ".gitignore"

    /// The kinds of documents that can be part of one.
    package static let possibleKinds: [DocumentKind] = [
        .wasmplugin, .trafficextension, .envoyGateway, .higress, .pullSecret,
    ]
    /// The names of these kinds.
    package static let kindNames = possibleKinds.map(\.rawValue).joined(separator: ", ")

    private let plugin: PluginDeployment
    private let kinds: [DocumentKind]

    /// Whether it makes the Secret from the file with the credentials.
    package var needsSecretFile: Bool { kinds.contains(.pullSecret) }

    /// Creates a kustomization of these kinds of documents.
    ///
    /// Throws ``Failure/Code/usage`` for no kind, for a kind that is given twice, and for kinds that cannot be part of one.
    package init(_ plugin: PluginDeployment, with kinds: [DocumentKind]) throws(Failure) {
        guard !kinds.isEmpty else {
            throw Failure(
                .usage,
                "a kustomization needs at least one kind",
                why: "--with is missing; it accepts \(Self.kindNames)",
                try: ["add --with wasmplugin"]
            )
        }
        if let other = kinds.first(where: { !Self.possibleKinds.contains($0) }) {
            throw Failure(
                .usage,
                "a kustomization cannot contain \(other.rawValue)",
                why: "--with accepts \(Self.kindNames)"
            )
        }
        for (index, kind) in kinds.enumerated() where kinds[..<index].contains(kind) {
            throw Failure(.usage, "--with \(kind.rawValue) is given twice")
        }
        if kinds.contains(.pullSecret), plugin.pullSecret == nil {
            throw Failure(
                .usage,
                "--with pull-secret needs the name of the Secret",
                try: ["add --pull-secret NAME"]
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
    /// Throws ``Failure/Code/usage`` for values that a kind does not support.
    package func files() throws(Failure) -> (files: [File], warnings: [String], notes: [String]) {
        var documents: [GeneratedDocument] = []
        let hasSecret = kinds.contains(.pullSecret)
        for kind in kinds {
            var plugin = try version(for: kind)
            plugin.hasGeneratedSecret = hasSecret
            if let document = try plugin.policy(kind) { documents.append(document) }
        }
        if documents.isEmpty {
            var plugin = plugin
            plugin.pullSecret = nil
            try plugin.check(for: .pullSecret)
        }
        var files = documents.map { File(name: $0.fileName, text: $0.yaml) }
        files.append(File(name: "kustomization.yaml", text: kustomization(documents, hasSecret).yaml))
        if hasSecret { files.append(File(name: Self.ignoreFile, text: "\(Self.secretFile)\n")) }
        return (files, documents.flatMap(\.warnings), documents.flatMap(\.notes))
    }

    /// Returns the deployment for one kind, with the consumer's version only for its own kinds.
    private func version(for kind: DocumentKind) throws(Failure) -> PluginDeployment {
        guard let consumer = plugin.consumer, !kind.readers.contains(consumer.consumer) else { return plugin }
        guard kinds.contains(where: { $0 != .pullSecret && $0.readers.contains(consumer.consumer) }) else {
            throw Failure(
                .usage,
                "--for \(consumer.consumer.rawValue) does not match any kind given with --with",
                why: "--with has \(kinds.map(\.rawValue).joined(separator: ", "))"
            )
        }
        var plugin = plugin
        plugin.consumer = nil
        return plugin
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
                YAMLEntry(
                    comments: [
                        "\(Self.secretFile) has the registry's credentials, in the format of Docker's config.json. "
                            + "\(Self.ignoreFile) excludes it. To create it:",
                        "  wasmpack generate pull-secret \(plugin.image.reference.repositoryDescription) --name \(name) --json |",
                        "    jq -r '.documents[0].data[\".dockerconfigjson\"]' | base64 -d > \(Self.secretFile)",
                    ] + asm
                ),
                YAMLEntry("secretGenerator", .sequence(namespaces.map { secret(name, in: $0) })),
                // kustomize does not know that imagePullSecret names a Secret, so the name must stay.
                YAMLEntry("generatorOptions", [YAMLEntry("disableNameSuffixHash", .bool(true))]),
            ]
        }
        return GeneratedDocument("kustomization.yaml", .mapping(entries))
    }

    /// That a Secret of ASM belongs to another API server than its WasmPlugin.
    private var asm: [String] {
        guard kinds.contains(.wasmplugin), plugin.mayBeOnASM else { return [] }
        return [
            "For ASM, omit --with pull-secret: the Secret and the WasmPlugin belong to different API servers."
        ]
    }

    /// The namespaces of the documents, each once: a Secret must be in the namespace of the object that references it.
    private var namespaces: [String] {
        if let namespace = plugin.namespace { return [namespace.description] }
        var names: [String] = []
        for name in kinds.compactMap(\.usualNamespace) where !names.contains(name) { names.append(name) }
        return names.isEmpty ? ["default"] : names
    }

    private func secret(_ name: KubernetesName, in namespace: String) -> YAMLNode {
        .mapping([
            YAMLEntry("name", name.description),
            YAMLEntry("namespace", namespace),
            YAMLEntry("type", "kubernetes.io/dockerconfigjson"),
            YAMLEntry("files", .sequence([.string(".dockerconfigjson=\(Self.secretFile)")])),
        ])
    }
}
