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
        commandName: "generate",
        abstract: "Write the YAML that deploys a plugin",
        discussion: """
            EXAMPLES
              wasmpack generate wasmplugin ghcr.io/me/my-plugin:v1 --selector app=web
              wasmpack generate envoy-gateway ghcr.io/me/my-plugin:v1 --target Gateway/eg
              wasmpack generate pull-secret ghcr.io --name wasm-secret --namespace istio-system

            Checks the image in the registry, and pins it by digest.

            Pipe Kubernetes documents to kubectl apply -f -. Comments mark what you may still have to set.
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

    @Flag(help: "Contact no registry; needs a digest or --no-pin")
    var offline = false

    @Option(
        name: .customLong("with"),
        help: ArgumentHelp(
            "Kind of document in the kustomization: \(Kustomization.kindNames); may be repeated",
            valueName: "kind"
        ),
        completion: .list(Kustomization.possibleKinds.map(\.rawValue))
    )
    var with: [DocumentKind] = []

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("Directory of the kustomization", valueName: "dir"),
        completion: .directory
    )
    var folder: String?

    @Flag(help: "Replace files of the kustomization that have other content")
    var force = false

    @Flag(help: "Allow printing a pull Secret to a terminal")
    var show = false

    @OptionGroup(title: "CONNECTION") var connection: ConnectionOptions
    @OptionGroup(title: "CREDENTIALS") var credentials: CredentialOptions
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    var references: [String] { [reference] }

    func validate() throws {
        guard (kind == .kustomization) == (folder != nil) else {
            throw ValidationError(
                kind == .kustomization
                    ? "A kustomization needs a directory: --output DIR."
                    : "--output is for kustomization only; other kinds are printed, so write > FILE."
            )
        }
        if kind != .kustomization, !with.isEmpty || force {
            throw ValidationError("--with and --force are for kustomization only.")
        }
        if kind != .pullSecret, show { throw ValidationError("--show is for pull-secret only.") }
        if kind == .pullSecret, noPin || offline {
            throw ValidationError("--no-pin and --offline do not apply to pull-secret.")
        }
        if kind == .envoy, noPin { throw ValidationError("--no-pin does not apply to envoy.") }
    }

    func run(_ context: CommandContext) async throws {
        if kind == .pullSecret { return try await writeSecret(context) }
        let reference = try Reference(
            remote: reference,
            of: "generate",
            insteadOfPath: "wasmpack push registry.example.com/my-plugin:v1 \(reference.shellWord)"
        )
        // Report invalid values before contacting the registry.
        _ = try documents(fields.deployment(of: DeployedImage(reference, pinnedTo: reference.digest)))
        let image = try await image(reference, context)
        let generated = try documents(fields.deployment(of: image.deployed), image.source)
        for warning in generated.warnings { context.record(.warning(warning)) }
        for note in generated.notes { context.record(.note(note)) }
        if let folder { return try write(generated, image.deployed, to: FilePath(folder), context) }
        try context.print(
            GenerateReport(
                kind,
                image.deployed.reference.description,
                image.deployed.digest,
                generated.objects,
                warnings: generated.warnings,
                notes: generated.notes
            ),
            orText: generated.documents.yaml
        )
    }

    /// The documents of a deployment, and the files of a kustomization.
    private struct Generated {
        var documents: [GeneratedDocument] = []
        var files: [Kustomization.File] = []
        /// Without duplicates.
        var warnings: [String] = []
        /// Without duplicates.
        var notes: [String] = []
        /// Whether the kustomization needs a file with credentials, which is not one of its files.
        var needsSecretFile = false

        var objects: [JSONValue] { documents.map(\.object.json) }
    }

    private func documents(_ plugin: PluginDeployment, _ source: ModuleSource = .file(why: nil))
        throws(Failure) -> Generated
    {
        var generated = Generated()
        switch kind {
        case .wasmplugin, .trafficextension, .higress, .envoyGateway:
            if let document = try plugin.policy(kind) { generated.documents = [document] }
        case .envoy: generated.documents = [try EnvoyBootstrap(plugin, from: source).document()]
        case .imageVolume: generated.documents = try ImageVolume(plugin).documents()
        case .kustomization:
            let kustomization = try Kustomization(plugin, with: with)
            (generated.files, generated.warnings, generated.notes) = try kustomization.files()
            generated.needsSecretFile = kustomization.needsSecretFile
        case .pullSecret: break
        }
        let warnings = generated.warnings + generated.documents.flatMap(\.warnings)
        generated.warnings = (warnings + [plugin.consumer?.warning].compactMap(\.self)).withoutDuplicates
        generated.notes =
            (generated.notes + generated.documents.flatMap(\.notes) + Self.imageNotes(of: plugin, kind))
            .withoutDuplicates
        return generated
    }

    /// Notes about the image's name, which only documents for other machines have.
    private static func imageNotes(of plugin: PluginDeployment, _ kind: DocumentKind) -> [String] {
        kind == .envoy ? [] : plugin.image.notes
    }

    /// Writes the files; without `--force`, keeps files with other content.
    private func write(
        _ generated: Generated,
        _ image: DeployedImage,
        to folder: FilePath,
        _ context: CommandContext
    ) throws(Failure) {
        let files = generated.files.map { file in
            let name = folder.appending(file.name)
            let text = file.name == Kustomization.ignoreFile ? Self.adding(file.text, to: name) : file.text
            return (name: file.name, content: Array(text.utf8))
        }
        try FileSet(files).write(to: folder, replacing: force)
        let names = files.map { folder.appending($0.name).string }
        let secret = folder.appending(Kustomization.secretFile)
        if generated.needsSecretFile, Directory.type(of: secret) == nil {
            context.record(
                .note(
                    "before kubectl apply -k \(folder), create \(secret): the command is in "
                        + "\(folder.appending("kustomization.yaml"))"
                )
            )
        }
        try context.print(
            GenerateReport(
                kind,
                image.reference.description,
                image.digest,
                [],
                files: names,
                warnings: generated.warnings,
                notes: generated.notes
            ),
            orText: names.map { $0 + "\n" }.joined()
        )
    }

    /// Returns the file's text with the line added if it is missing.
    private static func adding(_ line: String, to file: FilePath) -> String {
        guard let bytes = try? ReadableFile.contents(of: file, limit: 1024 * 1024) else { return line }
        let old = String(decoding: bytes, as: UTF8.self)
        if old.split(separator: "\n").contains(line.prefix { $0 != "\n" }) { return old }
        return old + (old.hasSuffix("\n") || old.isEmpty ? "" : "\n") + line
    }
}
