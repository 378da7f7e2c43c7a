import ArgumentParser
import Diagnostics
import HostSystem
import OCI
import Packing
import Registry
import Storage
import SystemPackage

struct Copy: RegistryCommand, ConnectingCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copy images between registries, layouts and archives",
        discussion: """
            EXAMPLES
              wasmpack copy ghcr.io/me/my-plugin:v1 registry.internal/plugins/my-plugin:v1
              wasmpack copy ghcr.io/me/my-plugin:v1 my-plugin.tar
              wasmpack copy my-plugin.tar registry.internal/plugins/my-plugin:v1
              wasmpack copy plugin-oci:v1 backup-oci
              wasmpack copy --format image ghcr.io/me/my-plugin:broken ghcr.io/me/my-plugin:v2

            Copies byte for byte: the digest does not change, and an index is copied with all its images.

            Blobs that already exist in TO are not copied again.

            --format packs the module into a new image, and keeps annotations, labels and the creation time. It also \
            repairs images that proxies reject. From an index, it uses the image that proxies choose.
            """,
        aliases: ["cp"]
    )

    @Argument(
        help: "A reference, a layout (DIR, DIR:TAG) or an archive",
        completion: .file(extensions: ["tar"])
    )
    var from: String

    @Argument(
        help: "A reference, a layout (DIR, DIR:TAG) or a new x.tar",
        completion: .file(extensions: ["tar"])
    )
    var to: String

    @Option(
        help: ArgumentHelp(
            "Repack the module as image, docker, artifact or wasm",
            valueName: "format"
        )
    )
    var format: ImageFormat?

    @OptionGroup(title: "ONE SIDE") var sides: SideOptions
    @OptionGroup(title: "CONNECTION") var connection: ConnectionOptions
    @OptionGroup(title: "CREDENTIALS") var credentials: CredentialOptions
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    var references: [String] { [from, to] }

    var repeated: [HintCompletion.TypedOption] {
        HintCompletion.TypedOption.given([("--format", format?.rawValue)])
    }

    var choice: HintCompletion.Choice? {
        HintCompletion.Choice(source: from, before: "wasmpack copy ", after: " \(to.shellWord)")
    }

    var named: [HintCompletion.Named] {
        [
            HintCompletion.Named(text: from, options: registry.for(sides.from).typed),
            HintCompletion.Named(text: to, options: registry.for(sides.to).typed),
        ]
    }

    func run(_ context: CommandContext) async throws {
        let (source, destination) = try parsed()
        let registries = try await CopyRegistries(
            registry,
            sides,
            from: source.reference,
            to: destination.reference,
            context.environment
        )
        let folder = LazyTemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        let work = CopyWork(
            from: from,
            to: destination,
            copying: ImageCopy(
                as: format,
                spoolingIn: folder,
                processorCount: Environment.processorCount
            ),
            registries: registries,
            folder: folder,
            context: context
        )
        let result = try await source.withSource { source in
            switch source {
            case .reference(let reference): try await work.copy(reference)
            case .images(let store, let name):
                try await work.copy(name ?? destination.wantedName(in: store), of: store)
            case .module(let path): throw rejection(ofModule: path.string)
            }
        }
        try result.print(asJSON: output.json)
    }

    /// The source and the destination, checked before any work is done.
    private func parsed() throws(Failure) -> (Target, CopyDestination) {
        if from.hasSuffix(".wasm"), !isArchive(from) { throw rejection(ofModule: from) }
        if to.hasSuffix(".wasm") {
            throw Failure(
                .usage,
                "copy works on images, not on modules",
                why: "\(to) is the name of a module",
                try: ["wasmpack pull \(from.shellWord) -o \(to.shellWord)"]
            )
        }
        let source: Target
        do throws(Failure) {
            source = try Target(parsing: from)
        } catch  where error.code == .fileMissing {
            guard (try? Target.existing(to)) != nil else { throw error }
            throw Failure(
                .argumentsSwapped,
                "\(from) does not exist, but \(to) does",
                why: "FROM comes first, TO second",
                try: ["wasmpack copy \(to.shellWord) \(from.shellWord)"]
            )
        }
        let destination = try CopyDestination(parsing: to)
        // An image that is named by its digest may be copied without a tag.
        if !source.isNamedByDigest { try destination.reference?.requireTag { "wasmpack copy \(from) \($0)" } }
        if format != nil, let digest = destination.digest {
            throw Failure(
                .usage,
                "TO must not have a digest: \(digest)",
                why: "the digest of a repacked image is computed from its new content",
                try: ["name TO with a tag"]
            )
        }
        return (source, destination)
    }

    /// Whether a path is an archive, whatever its name.
    private func isArchive(_ path: String) -> Bool {
        if case .archive? = try? Target.existing(path) { true } else { false }
    }

    private func rejection(ofModule path: String) -> Failure {
        let isReference = (try? CopyDestination(parsing: to))?.reference != nil
        return Failure(
            .usage,
            "copy works on images, not on modules",
            why: "\(path) is a module",
            try: [isReference ? "wasmpack push \(to) \(path)" : "wasmpack build \(path) --layout plugin-oci"]
        )
    }
}

extension Target {
    /// The reference, if the target is an image in a registry.
    var reference: Reference? {
        if case .reference(let reference) = self { reference } else { nil }
    }

    /// Whether the target names an image by its digest.
    fileprivate var isNamedByDigest: Bool {
        switch self {
        case .reference(let reference): reference.digest != nil
        case .layout(_, .digest?), .archive(_, .digest?): true
        case .layout, .archive, .module: false
        }
    }
}

extension CopyDestination {
    /// The digest in the destination's name, if it has one.
    fileprivate var digest: Digest? {
        switch self {
        case .reference(let reference): reference.digest
        case .layout(_, .digest(let digest)?), .archive(_, .digest(let digest)?): digest
        case .layout, .archive: nil
        }
    }

    /// The name that selects an image if FROM has no name: the name in TO, if FROM has such an image, else the only one.
    fileprivate func wantedName(in store: some LocalStore) -> RefName {
        guard let reference, (try? store.entry(.reference(reference))) != nil else { return .only }
        return .reference(reference)
    }
}
