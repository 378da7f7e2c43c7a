import ArgumentParser
import Deployment
import Diagnostics
import HostSystem
import OCI
import Packing
import Registry
import SystemPackage

struct Generate: RegistryCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the YAML that deploys a plugin",
        discussion: """
            EXAMPLES
              wasmpack generate wasmplugin ghcr.io/me/my-plugin:v1 --selector istio=ingressgateway
              wasmpack generate envoy-gateway ghcr.io/me/my-plugin:v1 --target Gateway/eg
              wasmpack generate pull-secret ghcr.io --name wasm-secret --namespace istio-system

            Checks the image in the registry, and pins it by digest. The YAML on standard output is ready for kubectl \
            apply -f -. Its comments say what to fill in.
            """
    )

    @Argument(help: "The kind of document")
    var kind: DocumentKind

    @Argument(
        help: "The image: host/repository:tag or host/repository@digest; for pull-secret, also a registry"
    )
    var reference: String

    @OptionGroup(title: "FIELDS") var fields: DeploymentOptions

    @Flag(help: "Write the tag, not the digest")
    var noPin = false

    @Flag(help: "Contact no registry; needs a reference with a digest, or --no-pin")
    var offline = false

    @Option(
        name: .customLong("with"),
        help: ArgumentHelp("A kind of document in the kustomization; may be repeated", valueName: "kind")
    )
    var with: [DocumentKind] = []

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("Folder of the kustomization", valueName: "dir"),
        completion: .directory
    )
    var folder: String?

    @Flag(help: "Replace files of the kustomization that have other content")
    var force = false

    @Flag(help: "Print a pull Secret to a terminal too")
    var show = false

    @OptionGroup var registry: RegistryOptions
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    func validate() throws {
        guard (kind == .kustomization) == (folder != nil) else {
            throw ValidationError(
                kind == .kustomization
                    ? "A kustomization needs a folder: --output DIR." : "--output is for kustomization only."
            )
        }
        if kind != .kustomization, !with.isEmpty || force {
            throw ValidationError("--with and --force are for kustomization only.")
        }
        if kind != .pullSecret, show { throw ValidationError("--show is for pull-secret only.") }
        if kind == .pullSecret, noPin || offline {
            throw ValidationError("--no-pin and --offline do not apply to pull-secret.")
        }
    }

    func run(_ context: CommandContext) async throws {
        if kind == .pullSecret { return try await writeSecret(context) }
        let reference = try Reference(remote: reference, of: "generate")
        // Wrong values are reported before the registry is asked.
        _ = try documents(fields.deployment(of: DeployedImage(reference, pinnedTo: reference.digest)))
        let image = try await image(reference, context)
        let generated = try documents(fields.deployment(of: image))
        for warning in generated.warnings { context.record(.warning(warning)) }
        if let folder { return try write(generated, image, to: FilePath(folder), context) }
        try context.print(
            GenerateReport(
                kind,
                image.reference.description,
                image.digest,
                generated.objects,
                warnings: generated.warnings
            ),
            orText: generated.documents.yaml
        )
    }

    /// The documents of a deployment, and the files of a kustomization.
    private struct Generated {
        var documents: [GeneratedDocument] = []
        var files: [Kustomization.File] = []
        var warnings: [String] = []

        var objects: [JSONValue] { documents.map(\.object.json) }
    }

    private func documents(_ plugin: PluginDeployment) throws(Failure) -> Generated {
        var generated = Generated()
        switch kind {
        case .wasmplugin: generated.documents = [try IstioDocuments(plugin).wasmPlugin()]
        case .trafficextension: generated.documents = [try IstioDocuments(plugin).trafficExtension()]
        case .higress: generated.documents = [try IstioDocuments(plugin).higress()]
        case .envoyGateway: generated.documents = [try EnvoyGatewayDocument(plugin).document()]
        case .envoy: generated.documents = [try EnvoyBootstrap(plugin).document()]
        case .imageVolume: generated.documents = try ImageVolume(plugin).documents()
        case .kustomization:
            (generated.files, generated.warnings) = try Kustomization(plugin, with: with).files()
        case .pullSecret: break
        }
        generated.warnings += generated.documents.flatMap(\.warnings)
        return generated
    }

    /// Checks the image in its registry, and returns it with the digest to pin.
    private func image(_ reference: Reference, _ context: CommandContext) async throws -> DeployedImage {
        if offline {
            guard noPin || reference.digest != nil else {
                throw Failure(
                    .usage,
                    "a tag cannot be pinned offline",
                    why: "only the registry knows its digest",
                    try: ["omit --offline", "or --no-pin, to deploy by tag", "or \(reference)@sha256:…"]
                )
            }
            return DeployedImage(reference, pinnedTo: reference.digest)
        }
        var digest: Digest?
        try await registry.withImage(reference.reading(context), context) { root, repository in
            try await InspectedImage.with(root, in: repository) { image in
                try DeploymentCheck.failIfIndex(reference, root: root, image: image.inspection.image)
                let consumers = kind == .kustomization ? with.map(\.consumer) : [kind.consumer]
                for consumer in Set(consumers).sorted(by: { ($0 ?? "") < ($1 ?? "") }) {
                    let check = DeploymentCheck(of: image, named: reference, for: consumer)
                    try check.failIfRejected()
                    for warning in check.warnings { context.record(.warning(warning)) }
                }
                digest = image.inspection.image.digest
            }
        }
        return DeployedImage(reference, pinnedTo: noPin && reference.digest == nil ? nil : digest)
    }

    private func write(
        _ generated: Generated,
        _ image: DeployedImage,
        to folder: FilePath,
        _ context: CommandContext
    )
        throws(Failure)
    {
        try FileSet(generated.files.map { ($0.name, Array($0.text.utf8)) }).write(
            to: folder,
            replacing: force
        )
        for file in generated.files {
            context.record(.step("wrote", folder.appending(file.name).string))
        }
        let files = generated.files.map { folder.appending($0.name).string }
        try context.print(
            GenerateReport(
                kind,
                image.reference.description,
                image.digest,
                [],
                files: files,
                warnings: generated.warnings
            ),
            orText: files.map { $0 + "\n" }.joined()
        )
    }
}

extension Generate {
    /// Writes a pull Secret, which contains a password.
    private func writeSecret(_ context: CommandContext) async throws {
        guard show || !Terminal.showsResults else {
            throw Failure(
                .usage,
                "a pull Secret contains a password, and standard output is a terminal",
                why: "nothing was printed",
                try: ["wasmpack generate pull-secret … | kubectl apply -f -", "or --show, to print it here"]
            )
        }
        guard let name = fields.name else {
            throw Failure(.usage, "a pull Secret needs a name", try: ["--name wasm-secret"])
        }
        let names = (
            try KubernetesName(parsing: name, as: .object, of: "--name"),
            try fields.namespace.map { name throws(Failure) in
                try KubernetesName(parsing: name, as: .namespace, of: "--namespace")
            }
        )
        let credential = try await credential(context)
        let secret = PullSecret(
            credential.found.pullSecretConfiguration(for: credential.registry),
            name: names.0,
            namespace: names.1
        )
        context.record(
            .step(
                "secret",
                "\(credential.found.holder) for \(credential.registry), from \(credential.found.source)"
            )
        )
        let document = secret.document
        try context.print(
            GenerateReport(kind, reference, nil, [document.object.json]),
            orText: document.yaml
        )
    }

    private func credential(_ context: CommandContext) async throws -> (
        registry: RegistryName, found: Credential
    ) {
        let isRegistry = !reference.contains("/")
        let registry: RegistryName
        var repository: RepositoryName?
        if isRegistry {
            registry = try RegistryName(argument: reference, of: "generate pull-secret")
        } else {
            let image = try Reference(remote: reference, of: "generate")
            registry = image.registry
            repository = image.repository
        }
        let chain = try await self.registry.credentials.store(
            context.environment,
            usesTLS: !self.registry.connection.plainHttp
        )
        let lookup = try await chain.lookUp(
            registry,
            repository ?? RepositoryName(parsing: "wasmpack"),
            for: .pull
        )
        for warning in lookup.warnings { context.record(.warning(warning)) }
        guard let credential = lookup.credential else {
            throw Failure(
                .authenticationRequired,
                "there are no credentials for \(registry)",
                why: "no credentials for it in: \(lookup.sources.joined(separator: ", "))",
                try: ["wasmpack login \(registry)"]
                    + (isRegistry
                        ? ["or give the whole reference, if they are for a part of the registry"] : [])
            )
        }
        return (registry, credential)
    }
}
