import Deployment
import Diagnostics
import OCI
import Registry

extension Generate {
    /// Writes a pull Secret, which contains a password.
    func writeSecret(_ context: CommandContext) async throws {
        guard show || !Terminal.showsResults else {
            throw Failure(
                .usage,
                "a pull Secret contains a password, and standard output is a terminal",
                why: "nothing was printed",
                try: [
                    "wasmpack generate pull-secret \(reference) --name \(fields.name ?? "wasm-secret")"
                        + (fields.namespace.map { " --namespace \($0)" } ?? "") + " | kubectl apply -f -",
                    "add --show to print it here",
                ]
            )
        }
        guard let text = fields.name else {
            throw Failure(
                .usage,
                "a pull Secret needs a name",
                try: ["wasmpack generate pull-secret \(reference) --name wasm-secret"]
            )
        }
        try fields.failIfNotOfSecret()
        let name = try KubernetesName(parsing: text, as: .object, of: "--name")
        let namespace = try fields.parsedNamespace()
        let (registry, credential) = try await credential(context)
        let secret = PullSecret(
            credential.pullSecretConfiguration(for: registry, host: DeployedImage.host(of: registry)),
            for: registry,
            name: name,
            namespace: namespace
        )
        context.record(
            .step("secret", "\(credential.holder) for \(registry), from \(credential.source)")
        )
        let document = secret.document
        let notes = namespace == nil ? [try missingNamespace()] : []
        for note in notes { context.record(.note(note)) }
        try context.print(
            GenerateReport(kind, reference, nil, [document.object.json], notes: notes),
            orText: document.yaml
        )
    }

    /// Without a namespace, the document has none, like that of kubectl.
    private func missingNamespace() throws(Failure) -> String {
        let usual = DocumentKind.allCases.filter { document in
            document.usualNamespace != nil && document.consumer != nil
        }
        let consumer = try fields.parsedConsumer()?.consumer
        let namespaces = usual.filter { kind in consumer.map(kind.readers.contains) ?? true }
            .compactMap(\.usualNamespace)
        let shown = Set(namespaces).sorted().joined(separator: ", ")
        return
            "without --namespace, kubectl uses the namespace of its context; the Secret must be in the namespace of the "
            + "object that names it (usually \(shown))"
    }

    private func credential(_ context: CommandContext) async throws -> (RegistryName, Credential) {
        let image: Reference?
        let registry: RegistryName
        if reference.contains("/"), !reference.hasSuffix("/"), !reference.contains("://") {
            let reference = try Reference(remote: reference, of: "generate")
            (image, registry) = (reference, reference.registry)
        } else {
            image = nil
            registry = try RegistryName(argument: reference, of: "generate pull-secret")
        }
        let options = self.registry.credentials
        let usesTLS = !self.registry.connection.plainHttp
        let lookup = try await options.store(context.environment, usesTLS: usesTLS).lookUp(
            registry,
            // No entry is for a part of a registry with this name.
            image?.repository ?? RepositoryName(parsing: "no-repository/of/this-name"),
            for: .pull
        )
        for warning in lookup.warnings { context.record(.warning(warning)) }
        let keys = image == nil ? options.keys(of: registry, context.environment, usesTLS: usesTLS) : [:]
        guard let credential = lookup.credential else {
            throw Self.missing(registry, lookup, keys: keys.values.flatMap(\.self).sorted())
        }
        if let keys = keys[credential.source], keys.count > 1 {
            context.record(
                .warning(
                    "\(credential.source) has \(keys.count) entries for \(registry): \(keys.joined(separator: ", ")); "
                        + "the Secret uses the entry for the whole registry; to use another, give a repository reference"
                )
            )
        }
        return (registry, credential)
    }

    private static func missing(_ registry: RegistryName, _ lookup: CredentialLookup, keys: [String])
        -> Failure
    {
        guard keys.isEmpty else {
            return Failure(
                .authenticationRequired,
                "there are no credentials for the whole registry \(registry)",
                why: "there are some for parts of it: \(keys.joined(separator: ", "))",
                try: keys.prefix(3).map { "wasmpack generate pull-secret \($0)/my-plugin --name wasm-secret" }
            )
        }
        return Failure(
            .authenticationRequired,
            "there are no credentials for \(registry)",
            why: "no credentials for it in: \(lookup.sources.joined(separator: ", "))",
            try: ["wasmpack login \(registry)", "use --username NAME --password-stdin"]
        )
    }
}
