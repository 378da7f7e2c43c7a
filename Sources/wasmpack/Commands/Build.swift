import ArgumentParser
import Diagnostics
import HostSystem
import OCI
import Packing
import Registry
import Storage
import SystemPackage

struct Build: RegistryCommand {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Build an OCI image from a Wasm module",
        discussion: """
            EXAMPLES
              wasmpack build plugin.wasm
              wasmpack build plugin.wasm -t ghcr.io/me/my-plugin:v1
              wasmpack build target/wasm32-wasip1/release/my_plugin.wasm -t ghcr.io/me/my-plugin:v1
              wasmpack build . -t ghcr.io/me/my-plugin:v1 \\
                --annotation org.opencontainers.image.source=https://github.com/me/my-plugin

              wasmpack build plugin.wasm -t ghcr.io/me/my-plugin:v1 --archive my-plugin.tar

            A Dockerfile must be FROM scratch and may only copy local files.

            The image has one layer with one file, plugin.wasm. It is the same as from a Dockerfile with FROM scratch and ADD ./plugin.wasm ./plugin.wasm. The same \
            module gives the same digest on every machine with the same versions of wasmpack and zlib.
            """
    )

    @Argument(
        help: "The module, Dockerfile or directory (default: .)",
        completion: .file(extensions: ["wasm"])
    )
    var path = "."

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Name of the image; may be repeated", valueName: "reference")
    )
    var tag: [String] = []

    @Option(
        help: ArgumentHelp("Write a new .tar archive instead of a layout", valueName: "file"),
        completion: .file(extensions: ["tar"])
    )
    var archive: String?

    @Flag(help: "Push each --tag after the build")
    var push = false

    @OptionGroup(title: "DOCKERFILE") var dockerfile: DockerfileOptions
    @OptionGroup(title: "LAYOUT") var layout: LayoutOptions
    @OptionGroup(title: "IMAGE") var metadata: MetadataOptions
    @OptionGroup(title: "CHECK") var checkOption: CheckOption
    @OptionGroup(title: "RESULT") var digestFile: DigestFileOption
    @OptionGroup(title: "CONNECTION") var connection: ConnectionOptions
    @OptionGroup(title: "CREDENTIALS") var credentials: CredentialOptions
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    var references: [String] { tag }

    var repeated: [HintCompletion.TypedOption] {
        HintCompletion.TypedOption.given(
            tag.map { ("-t", $0) } + [("--layout", layout.layout), ("--archive", archive)],
            flags: [("--push", push)]
        )
    }

    func validate() throws {
        if archive != nil, layout.layout != nil {
            throw ValidationError("--archive and --layout cannot be used together.")
        }
        if push, tag.isEmpty { throw ValidationError("--push needs --tag.") }
    }

    // With several names, some may have been written.
    var interruptionConsequence: String? {
        !push && (archive != nil || tag.count < 2) ? "no image was written" : nil
    }

    func run(_ context: CommandContext) async throws {
        let references = try tag.map { text throws(Failure) in try Reference(tagging: text) }
        if push { for reference in references { try registry.prepare(for: reference.registry, context) } }
        let options = try metadata.imageOptions(context.environment)
        let archive = archive.map { FilePath($0) }
        try archive?.failUnlessPlainArchive()
        let layoutPath = try layout.path(context.environment)
        let credentials = push ? try await credentials(for: references, context) : nil
        let work = try PackingWork(
            dockerfile.input(path),
            options,
            arguments: dockerfile.arguments(context.environment),
            apartFrom: [layoutPath]
                + [archive, digestFile.digestFile.map { FilePath($0) }].compactMap(\.self),
            called: path,
            CheckStep(checkOption, context),
            context
        )
        let digestFile = try digestFile.open(apartFrom: [work.module] + [archive].compactMap(\.self))
        let destination = try await BuildDestination(
            archive: archive,
            layout: layoutPath,
            naming: references
        )
        let image = try await destination.cleaningUp { () async throws(Failure) in
            try await work.pack(spoolingIn: destination.spoolDirectory, context)
        }
        try await destination.store(image, context)
        context.record(.step("wrote", destination.path.string))
        var pushed: [PushReport.Document]?
        if let credentials {
            pushed = try await send(image, references, from: destination, credentials, context)
        }
        try report(image, references, destination, pushed)
        try digestFile?.finish(with: image.manifest.descriptor.digest)
    }

    /// The credentials for `--push`, read once for all repositories.
    private func credentials(for references: [Reference], _ context: CommandContext) async throws(Failure)
        -> CredentialChain
    {
        try registry.failIfShared(among: references, context.environment)
        return try await registry.credentials.store(
            context.environment,
            usesTLS: !registry.connection.plainHttp
        )
    }

    /// Pushes the stored image to each repository with all its tags there; without `--json`, prints a line for each.
    private func send(
        _ image: BuiltImage,
        _ references: [Reference],
        from destination: BuildDestination,
        _ credentials: CredentialChain,
        _ context: CommandContext
    ) async throws -> [PushReport.Document] {
        let root = image.manifest.descriptor
        var documents: [PushReport.Document] = []
        let folder = LazyTemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        try await destination.target(root.digest).withSource { source in
            guard case .images(let store, let name?) = source else { return }
            let stored = try await store.verify(store.resolve(name))
            let pushed = PushedImage(
                manifest: image.manifest,
                content: stored,
                name: path,
                path: destination.path
            )
            for plan in PushPlan.plans(for: references) {
                let work = PushWork(registry: registry, plan: plan, credentials: credentials)
                let (report, credential): PushWork.Result
                do throws(Failure) {
                    (report, credential) = try await work.send(pushed, spoolingIn: folder, context)
                } catch {
                    throw error.adding(
                        result: "the image was written to \(destination.path), but not pushed to "
                            + plan.target.repositoryDescription
                    )
                }
                documents.append(report.document(credential))
                if !output.json { try Screen.main.print("\(report.pinned)\n") }
            }
        }
        return documents
    }

    private func report(
        _ image: BuiltImage,
        _ references: [Reference],
        _ destination: BuildDestination,
        _ pushed: [PushReport.Document]?
    ) throws(Failure) {
        let digest = image.manifest.descriptor.digest
        guard output.json else {
            if pushed != nil { return }
            return try Screen.main.print(
                (references.first?.pinned(to: digest).description ?? digest.description) + "\n"
            )
        }
        struct Document: Encodable {
            let schema = "wasmpack.build/v1"
            let ok = true
            let reference: Nullable<String>
            let references: [String]
            let layout: Nullable<String>
            let archive: Nullable<String>
            let digest: String
            let mediaType: String
            let size: Int
            let format: String
            let diffID: Nullable<String>
            let parts: [PartDocument]
            let module: ModuleDocument
            let pushed: Nullable<[PushReport.Document]>
        }
        try JSONReport.print(
            Document(
                reference: Nullable(references.first?.pinned(to: digest).description),
                references: references.map(\.description),
                layout: Nullable(archive == nil ? destination.path.string : nil),
                archive: Nullable(archive),
                digest: digest.description,
                mediaType: image.manifest.descriptor.mediaType.description,
                size: image.manifest.descriptor.size,
                format: metadata.format.rawValue,
                diffID: Nullable(image.diffIDs.last?.description),
                parts: ([image.config] + image.layers).map { PartDocument($0.descriptor) },
                module: ModuleDocument(image.module),
                pushed: Nullable(pushed)
            )
        )
    }
}

extension Reference {
    /// Reads the name of a new image, which must have a tag and must not have a digest.
    init(tagging text: String) throws(Failure) {
        try self.init(destination: text, mayBeSource: false) {
            "wasmpack build \($1 ?? "plugin.wasm") -t \($0)"
        }
        guard digest == nil else {
            throw Failure(
                .referenceInvalid,
                "\"\(text)\" must not have a digest",
                why: "the digest is computed from the image"
            )
        }
    }
}

extension BuiltImage {
    /// Describes what was packed: the file as the user named it, its size before and after, and its interface.
    func packed(_ path: FilePath, _ interface: String) -> String {
        let size = ByteCount(layers.reduce(0) { $0 &+ $1.descriptor.size })
        let packed =
            diffIDs.isEmpty ? "" : " → \(size)" + (layers.count == 1 ? "" : " in \(layers.count) layers")
        return "\(path)  \(ByteCount(module.size))\(packed)  \(interface)"
    }
}
