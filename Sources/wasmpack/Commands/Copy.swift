import ArgumentParser
import Diagnostics
import HostSystem
import OCI
import Packing
import Registry
import Storage
import SystemPackage

struct Copy: RegistryCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copy an image between registries, layouts and archives, byte for byte.",
        discussion: """
            EXAMPLES
              wasmpack copy ghcr.io/me/my-plugin:v1 registry.internal/plugins/my-plugin:v1
              wasmpack copy ghcr.io/me/my-plugin:v1 my-plugin.tar
              wasmpack copy my-plugin.tar registry.internal/plugins/my-plugin:v1
              wasmpack copy plugin-oci:v1 backup-oci
              wasmpack copy --format image ghcr.io/me/my-plugin:broken ghcr.io/me/my-plugin:v2

            The digest stays what it is, also that of an index with all its images. What TO has already is not sent again.

            --format makes a new image of the module in the old one, also of images that proxies refuse; its annotations, \
            labels and time are kept. Of an index it is the image that proxies take.
            """,
        aliases: ["cp"]
    )

    @Argument(
        help: "What: a reference, a layout (dir, dir:tag, dir@digest) or an archive (x.tar, x.tar:tag).",
        completion: .file()
    )
    var from: String

    @Argument(
        help: "Where to: a reference, a layout (dir, dir:tag) or an archive (x.tar).",
        completion: .file()
    )
    var to: String

    @Option(
        help: ArgumentHelp(
            "Pack the module anew as image, docker, artifact or wasm.",
            valueName: "format"
        )
    )
    var format: ImageFormat?

    @OptionGroup(title: "ONE SIDE") var sides: SideOptions
    @OptionGroup var registry: RegistryOptions
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    func run(_ context: CommandContext) async throws {
        let (source, destination) = try parsed()
        let registries = try await CopyRegistries(
            registry,
            sides,
            from: source.reference,
            to: destination.reference,
            context.environment
        )
        try await withTemporaryDirectory { folder in
            let work = CopyWork(
                from: from,
                to: destination,
                format: format,
                registries: registries,
                folder: folder,
                context: context
            )
            let result = try await source.withSource { source in
                switch source {
                case .reference(let reference): try await work.copy(reference)
                case .images(let store, let name):
                    try await work.copy(name ?? destination.wantedName, of: store)
                case .module(let path): throw refusal(ofModule: path.string)
                }
            }
            try result.print(asJSON: output.json)
        }
    }

    /// Both ends, before anything is done.
    private func parsed() throws(Failure) -> (Target, CopyDestination) {
        if from.hasSuffix(".wasm") { throw refusal(ofModule: from) }
        if to.hasSuffix(".wasm") {
            throw Failure(
                .usage,
                "copy moves whole images, not modules",
                why: "\(to) is to be a module",
                try: ["wasmpack pull \(from) -o \(to)"]
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
                try: ["wasmpack copy \(to) \(from)"]
            )
        }
        let destination = try CopyDestination(parsing: to)
        // What was asked for by its digest may stay without a tag.
        if !source.isNamedByDigest { try destination.reference?.requireTag() }
        if format != nil, let digest = destination.digest {
            throw Failure(
                .usage,
                "TO has a digest: \(digest)",
                why: "an image that is made anew gets the digest that follows from its content",
                try: ["a tag"]
            )
        }
        return (source, destination)
    }

    private func refusal(ofModule path: String) -> Failure {
        let isReference = (try? CopyDestination(parsing: to))?.reference != nil
        return Failure(
            .usage,
            "copy moves whole images, not modules",
            why: "\(path) is a module",
            try: [isReference ? "wasmpack push \(to) \(path)" : "wasmpack build \(path) --layout plugin-oci"]
        )
    }
}

extension Target {
    /// The image in a registry that is meant, if one is.
    var reference: Reference? {
        if case .reference(let reference) = self { reference } else { nil }
    }

    /// Whether it says which image is meant by its digest.
    fileprivate var isNamedByDigest: Bool {
        switch self {
        case .reference(let reference): reference.digest != nil
        case .layout(_, .digest?), .archive(_, .digest?): true
        case .layout, .archive, .module: false
        }
    }
}

extension CopyDestination {
    /// The digest that it names, if it names one.
    fileprivate var digest: Digest? {
        switch self {
        case .reference(let reference): reference.digest
        case .layout(_, .digest(let digest)?), .archive(_, .digest(let digest)?): digest
        case .layout, .archive: nil
        }
    }

    /// Which of several images is meant when FROM does not say: the one that already has the wanted name.
    fileprivate var wantedName: RefName { reference.map { .reference($0) } ?? .only }
}
