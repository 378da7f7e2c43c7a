import ArgumentParser
import Diagnostics
import OCI
import Packing
import Storage
import SystemPackage

struct Build: ReportingCommand {
    static let configuration = CommandConfiguration(
        abstract: "Pack a plugin.wasm into an image in an OCI layout.",
        discussion: """
            EXAMPLES
              wasmpack build plugin.wasm
              wasmpack build target/wasm32-wasip1/release/my_plugin.wasm -t ghcr.io/me/my-plugin:v1
              wasmpack build . -t ghcr.io/me/my-plugin:v1 \\
                --annotation org.opencontainers.image.source=https://github.com/me/my-plugin

            The image is what FROM scratch and ADD ./plugin.wasm ./plugin.wasm would make: one manifest, one gzipped \
            layer, one file plugin.wasm. The same module always gives the same digest.
            """
    )

    @Argument(
        help: "The module, under any name, or a folder with a plugin.wasm.",
        completion: .file(extensions: ["wasm"])
    )
    var path = "."

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Name the image; may be repeated.", valueName: "reference")
    )
    var tag: [String] = []

    @OptionGroup(title: "LAYOUT") var layout: LayoutOptions
    @OptionGroup(title: "IMAGE") var metadata: MetadataOptions
    @OptionGroup(title: "RESULT") var digestFile: DigestFileOption
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    func run() async throws {
        let environment = Environment.current
        let reporter = Reporter(output)
        let references = try tag.map { text throws(Failure) in try Reference(tagging: text) }
        let options = try metadata.imageOptions(environment)
        let module = try PluginFile.locate(FilePath(path))
        let digestFile = try digestFile.open(apartFrom: [module])
        try PluginFile.check(module)
        let layout = try ImageLayout(creating: layout.path(environment))
        let image = try await ImageBuilder(options, processorCount: Environment.processorCount)
            .build(module, spoolingIn: layout.spoolDirectory)
        reporter.record(.step("read", "\(module)  \(ByteCount(image.module.size))  core module"))
        reporter.record(.step("pack", image.packed))
        for reference in references {
            let name = EntryName(.reference(reference))
            try reporter.warn(ofTagOf: name, image.manifest.descriptor.digest, in: layout)
        }
        for name in references.isEmpty ? [RefName.only] : references.map(RefName.reference) {
            _ = try await copy(.only, from: image, to: layout, as: name, events: SilentSink())
        }
        reporter.record(.step("wrote", layout.path.string))
        try report(image, references, layout)
        try digestFile?.finish(with: image.manifest.descriptor.digest)
    }

    private func report(_ image: BuiltImage, _ references: [Reference], _ layout: ImageLayout) throws(Failure)
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
            let layout: String
            let digest: String
            let mediaType: String
            let size: Int
            let format = "image"
            let diffID: Nullable<String>
            let parts: [PartDocument]
            let module: ModuleDocument
        }
        try JSONReport.print(
            Document(
                reference: Nullable(references.first?.pinned(to: digest).description),
                references: references.map(\.description),
                layout: layout.path.string,
                digest: digest.description,
                mediaType: image.manifest.descriptor.mediaType.description,
                size: image.manifest.descriptor.size,
                diffID: Nullable(image.diffIDs.last?.description),
                parts: ([image.config] + image.layers).map { PartDocument($0.descriptor) },
                module: ModuleDocument(image.module)
            )
        )
    }
}

extension Reference {
    /// Reads a reference that is to name an image: it needs a tag, and a digest cannot be chosen.
    init(tagging text: String) throws(Failure) {
        try self.init(parsing: text)
        guard digest == nil else {
            throw Failure(
                .referenceInvalid,
                "\"\(text)\" has a digest",
                why: "the digest follows from the content"
            )
        }
        try requireTag()
    }

    /// Throws ``Failure/Code/referenceInvalid`` for a reference without a tag or digest, which nothing can be stored under.
    func requireTag() throws(Failure) {
        guard tag == nil, digest == nil else { return }
        throw Failure(
            .referenceInvalid,
            "\(self) has no tag",
            why: "an image is stored under a tag; \"latest\" is not assumed when writing",
            try: ["\(self):v0.0.1"]
        )
    }
}

extension BuiltImage {
    /// What became of the files, for a person.
    var packed: String {
        let size = layers.reduce(0) { $0 + $1.descriptor.size }
        return "\(layers.count) layer\(layers.count == 1 ? "" : "s")  \(ByteCount(size)) gzip"
    }
}
