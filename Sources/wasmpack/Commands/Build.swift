import ArgumentParser
import Diagnostics
import OCI
import Packing
import Storage
import SystemPackage

struct Build: ReportingCommand {
    static let configuration = CommandConfiguration(
        abstract: "Build an OCI image from a Wasm module",
        discussion: """
            EXAMPLES
              wasmpack build plugin.wasm
              wasmpack build plugin.wasm -t ghcr.io/me/my-plugin:v1
              wasmpack build target/wasm32-wasip1/release/my_plugin.wasm -t ghcr.io/me/my-plugin:v1
              wasmpack build . -t ghcr.io/me/my-plugin:v1 \\
                --annotation org.opencontainers.image.source=https://github.com/me/my-plugin

              wasmpack build plugin.wasm -t ghcr.io/me/my-plugin:v1 --archive my-plugin.tar

            The image is the same as from a Dockerfile with FROM scratch and ADD ./plugin.wasm ./plugin.wasm: one \
            manifest, one gzip layer, one file plugin.wasm. The same module always gives the same digest. A Dockerfile \
            must be FROM scratch and may only copy local files; RUN is not supported.
            """
    )

    @Argument(
        help: "The module, Dockerfile or folder (default: .)",
        completion: .file()
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

    @OptionGroup(title: "DOCKERFILE") var dockerfile: DockerfileOptions
    @OptionGroup(title: "LAYOUT") var layout: LayoutOptions
    @OptionGroup(title: "IMAGE") var metadata: MetadataOptions
    @OptionGroup(title: "CHECK") var checkOption: CheckOption
    @OptionGroup(title: "RESULT") var digestFile: DigestFileOption
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    func validate() throws {
        if archive != nil, layout.layout != nil {
            throw ValidationError("--archive and --layout cannot be used together.")
        }
    }

    func run(_ context: CommandContext) async throws {
        let references = try tag.map { text throws(Failure) in try Reference(tagging: text) }
        let options = try metadata.imageOptions(context.environment)
        let archive = archive.map { FilePath($0) }
        try archive?.failUnlessPlainArchive()
        let layoutPath = try layout.path(context.environment)
        let contents = try dockerfile.input(path).contents(
            labels: options.labels,
            arguments: dockerfile.arguments(context.environment),
            apartFrom: [layoutPath]
                + [archive, digestFile.digestFile.map { FilePath($0) }].compactMap(\.self),
            events: context.reporter
        )
        guard let module = contents.module else {
            throw Failure(.pluginMissing, "the input has no module")
        }
        let digestFile = try digestFile.open(apartFrom: [module] + [archive].compactMap(\.self))
        let builder = ImageBuilder(options, processorCount: Environment.processorCount)
        try builder.check(contents)
        let kind = try PluginFile.check(module, as: options.format)
        let checkStep = CheckStep(checkOption, context)
        try checkStep.checkModule(module, as: options.format)
        try checkStep.checkPlace(in: contents, as: options.format, called: path)
        let destination = try await BuildDestination(
            archive: archive,
            layout: layoutPath,
            naming: references
        )
        let image = try await builder.build(contents, spoolingIn: destination.spoolDirectory)
        context.record(.step("read", "\(module)  \(ByteCount(image.module.size))  \(kind.rawValue)"))
        context.record(.step("pack", image.packed))
        try await checkStep.checkPacked(image.manifest.descriptor, in: image, called: path)
        try await destination.store(image, context)
        context.record(.step("wrote", destination.path.string))
        try report(image, references, destination)
        try digestFile?.finish(with: image.manifest.descriptor.digest)
    }

    private func report(_ image: BuiltImage, _ references: [Reference], _ destination: BuildDestination)
        throws(Failure)
    {
        let digest = image.manifest.descriptor.digest
        guard output.json else {
            try Terminal.standardOutput(
                (references.first?.pinned(to: digest).description ?? digest.description) + "\n"
            )
            return
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
                module: ModuleDocument(image.module)
            )
        )
    }
}

extension Reference {
    /// Reads the name of a new image, which must have a tag and must not have a digest.
    init(tagging text: String) throws(Failure) {
        try self.init(parsing: text)
        guard digest == nil else {
            throw Failure(
                .referenceInvalid,
                "\"\(text)\" must not have a digest",
                why: "the digest is computed from the image"
            )
        }
        try requireTag()
    }

    /// Throws ``Failure/Code/referenceInvalid`` for a reference without a tag or digest.
    func requireTag() throws(Failure) {
        guard tag == nil, digest == nil else { return }
        throw Failure(
            .referenceInvalid,
            "\(self) has no tag",
            why: "an image is written under a tag, and \"latest\" is not assumed",
            try: ["\(self):v0.0.1"]
        )
    }
}

extension BuiltImage {
    /// The number and size of the layers, for people.
    var packed: String {
        let size = layers.reduce(0) { $0 + $1.descriptor.size }
        let packed = diffIDs.isEmpty ? "" : " gzip"
        return "\(layers.count) layer\(layers.count == 1 ? "" : "s")  \(ByteCount(size))\(packed)"
    }
}
