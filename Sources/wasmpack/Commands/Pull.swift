import ArgumentParser
import Diagnostics
import HostSystem
import OCI
import Packing
import Registry
import Storage
import SystemPackage

struct Pull: RegistryCommand, ConnectingCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract: "Download a plugin and verify it",
        discussion: """
            EXAMPLES
              wasmpack pull ghcr.io/me/my-plugin:v1
              wasmpack pull ghcr.io/me/my-plugin:v1 -o build/
              wasmpack pull ghcr.io/me/my-plugin@sha256:… -o build/plugin.wasm
              wasmpack pull ghcr.io/me/my-plugin:v1 -o - | sha256sum
              wasmpack pull ghcr.io/me/my-plugin:v1 --layout plugin-oci

            Files appear only after every digest and size is verified.

            From an index, pulls the image that proxies choose. Prints its digest, so that you can pin it.
            """
    )

    @Argument(help: "The image: host/repository:tag or host/repository@digest")
    var reference: String

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp(
            "A file, DIR/, or - for standard output (default: plugin.wasm)",
            valueName: "file"
        ),
        completion: .file(extensions: ["wasm"])
    )
    var file: String?

    @Flag(help: "Overwrite a file that has other content")
    var force = false

    @Option(help: ArgumentHelp("Fail unless the manifest has this digest", valueName: "digest"))
    var expect: String?

    @Option(
        help: ArgumentHelp(
            "Write the image to this layout instead of extracting the plugin",
            valueName: "dir"
        ),
        completion: .directory
    )
    var layout: String?

    @OptionGroup(title: "CONNECTION") var connection: ConnectionOptions
    @OptionGroup(title: "CREDENTIALS") var credentials: CredentialOptions
    @OptionGroup(title: "RESULT") var digestFile: DigestFileOption
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    var references: [String] { [reference] }

    var repeated: [HintCompletion.TypedOption] { HintCompletion.TypedOption.given([("--expect", expect)]) }

    func validate() throws {
        if layout != nil, file != nil {
            throw ValidationError("--output and --layout cannot be used together.")
        }
        if layout == "" || file == "" { throw ValidationError("--output or --layout is empty.") }
        if file == "-", output.json {
            throw ValidationError("--output - and --json cannot be used together.")
        }
    }

    // The file appears at the end. A layout may have received blobs.
    var interruptionConsequence: String? { layout == nil ? "nothing was written" : nil }

    func run(_ context: CommandContext) async throws {
        if file == "-", Terminal.showsResults {
            throw Failure(
                .usage,
                "a module is binary, but standard output is a terminal",
                try: [
                    "wasmpack pull \(reference) -o plugin.wasm",
                    "wasmpack pull \(reference) -o - | sha256sum",
                ]
            )
        }
        let expected = try expect.map { text throws(Failure) in try Digest(parsing: text) }
        let target = try Reference(
            remote: reference,
            of: "pull",
            insteadOfPath: layout.map { "wasmpack copy \(reference) \($0)" }
                ?? "wasmpack inspect \(reference)"
        ).reading(context)
        if let layout {
            try await pull(target, expected, intoLayout: FilePath(layout), context)
        } else {
            let path = Self.destination(file ?? PluginFile.name)
            guard path != "-" else { return try await pull(target, expected, toFile: path, context) }
            try await withFolders(of: path) { try await pull(target, expected, toFile: path, context) }
        }
    }

    /// The file of `--output`: a folder, or a name that ends in `/`, gets a `plugin.wasm`.
    private static func destination(_ name: String) -> FilePath {
        let path = FilePath(name)
        return name.hasSuffix("/") || Directory.exists(path) ? path.appending(PluginFile.name) : path
    }

    private func pull(
        _ target: Reference,
        _ expected: Digest?,
        intoLayout path: FilePath,
        _ context: CommandContext
    ) async throws {
        let digestFile = try digestFile.open(apartFrom: [])
        let spool = SpoolFolder.existing(ImageLayout.spoolDirectory(of: path))
        let repository = try await repository(of: target, spoolingIn: spool, context)
        // Create the layout only after the image is found and can be pulled.
        let root = try await repository.find(target)
        let choice = try await ImageChoice.ifPossible(of: root, in: repository)
        try await check(expected, root, choice, in: repository, context)
        for part in choice?.manifest.parts ?? [] { try part.failIfForeign() }
        let layout = try await ImageLayout(creating: path)
        let report = try await layout.cleaningUp { () async throws(Failure) in
            try await copy(
                .digest(root.digest),
                from: repository,
                to: layout,
                as: .reference(target),
                events: context.reporter.transfers("received")
            )
        }
        context.record(.step("wrote", layout.path.string))
        if root.mediaType == .dockerManifest {
            context.record(
                .warning("the image has Docker's media types; skopeo does not find it in a layout")
            )
        }
        let image = choice?.image ?? root
        try finish(PullReport(of: image, in: root, target, report, path: layout.path))
        try digestFile?.finish(with: image.digest)
    }

    private func pull(
        _ target: Reference,
        _ expected: Digest?,
        toFile path: FilePath,
        _ context: CommandContext
    ) async throws {
        let folder = LazyTemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        let repository = try await repository(of: target, spoolingIn: .temporary(folder), context)
        let file = try PulledFile(path, isForced: force)
        let digestFile = try digestFile.open(apartFrom: [path])
        let root = try await repository.find(target)
        let choice = try await ImageChoice(of: root, in: repository)
        try await check(expected, root, choice, in: repository, context)
        // Reject an image without a plugin, and another module than the existing file, before blobs are fetched.
        let remote = PluginExtractor(repository)
        try remote.check(choice.manifest)
        try await file.failIfItDiffers(from: choice.manifest, remote)
        let store = InMemoryStore()
        let report = try await copy(
            .digest(choice.image.digest),
            from: repository,
            to: store,
            events: context.reporter.transfers("received")
        )
        let extractor = PluginExtractor(store)
        let config = try await extractor.config(of: choice.manifest)
        let plugin = try await extractor.extract(choice.manifest, config: config) { piece throws(Failure) in
            try file.write(piece)
        }
        for warning in plugin.warnings { context.record(.warning(warning)) }
        if plugin.isCoreModule { try file.warnIfNotLoadable(context) }
        try file.finish(context)
        let image = choice.image
        try finish(PullReport(of: image, in: root, target, report, path: file.path, module: plugin.module))
        try digestFile?.finish(with: image.digest)
    }

    private func repository(
        of reference: Reference,
        spoolingIn spool: SpoolFolder,
        _ context: CommandContext
    ) async throws(Failure) -> RemoteRepository {
        registry.announce(reference, context)
        return try await registry.repository(of: reference, for: .pull, spoolingIn: spool, context)
    }

    /// Throws unless the image or its index has the expected digest; notes how an image was chosen from an index.
    private func check(
        _ expected: Digest?,
        _ root: Descriptor,
        _ choice: ImageChoice?,
        in repository: RemoteRepository,
        _ context: CommandContext
    ) async throws(Failure) {
        let manifests = [root] + [choice?.image].compactMap(\.self)
        if let expected, try await !expected.matches(anyOf: manifests, from: repository) {
            throw Failure(
                .digestMismatch,
                "the image does not have the expected digest; nothing was written",
                why: "expected \(expected), found \(root.digest)"
                    + (choice?.isFromIndex == true
                        ? ", an index that contains \(choice?.image.digest ?? root.digest)" : ""),
                try: ["find out why the tag was moved before you trust the new image"]
            )
        }
        if let note = choice?.note { context.record(.note(note)) }
    }

    private func finish(_ report: PullReport) throws(Failure) {
        if output.json { return try JSONReport.print(report.document) }
        guard report.path != nil else { return Screen.main.write("\(report.pinned)\n") }
        try Screen.main.print("\(report.pinned)\n")
    }
}

extension Reference {
    /// Returns the reference to read: without a tag and digest, that of `latest`, which a note reports.
    func reading(_ context: CommandContext) -> Reference {
        if tag == nil, digest == nil {
            context.record(.note("no tag given, using latest"))
            return tagged(.latest)
        }
        if let tag, digest != nil {
            context.record(.note("the tag \(tag) is ignored, because a digest is given"))
        }
        return self
    }
}
