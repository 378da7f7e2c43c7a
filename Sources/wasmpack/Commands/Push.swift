import ArgumentParser
import Diagnostics
import HostSystem
import OCI
import Packing
import Registry
import Storage
import SystemPackage

struct Push: RegistryCommand {
    static let configuration = CommandConfiguration(
        abstract: "Push an image, or a .wasm directly, to a registry",
        discussion: """
            EXAMPLES
              wasmpack push ghcr.io/me/my-plugin:v1
              wasmpack push ghcr.io/me/my-plugin:v1 plugin.wasm
              wasmpack push ghcr.io/me/my-plugin:v1.4.2 --also-tag v1 --also-tag latest
              ref=$(wasmpack push ghcr.io/me/my-plugin:v1)

            Without SOURCE, pushes the image of that name in the layout, or the only image there. Blobs that already \
            exist are not uploaded again. The last line, on standard output, is the reference with the digest.

            --no-clobber checks the tags before anything is sent. It is not atomic: another client may set the tag in \
            between. --dry-run needs only read access, so it cannot tell whether you may push.
            """
    )

    @Argument(help: "Where to: host/repository:tag, or @digest")
    var reference: String

    @Argument(
        help: "A layout (DIR, DIR:TAG), archive or .wasm file",
        completion: .file()
    )
    var source: String?

    @Option(help: ArgumentHelp("Also set this tag; may be repeated", valueName: "tag"))
    var alsoTag: [String] = []

    @Flag(help: "Push nothing if a tag points to another image")
    var noClobber = false

    @Flag(
        help: "Show what would be sent and set, but change nothing"
    )
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            "Reuse blobs from this repository of the registry",
            valueName: "repository"
        )
    )
    var mountFrom: String?

    @Flag(
        help: "Read the image back after the push"
    )
    var verify = false

    @OptionGroup(title: "LAYOUT") var layout: LayoutOptions
    @OptionGroup var registry: RegistryOptions
    @OptionGroup(title: "CHECK") var checkOption: CheckOption
    @OptionGroup(title: "RESULT") var digestFile: DigestFileOption
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    func validate() throws {
        if source != nil, layout.layout != nil {
            throw ValidationError("SOURCE and --layout cannot be used together.")
        }
        if dryRun, digestFile.digestFile != nil {
            throw ValidationError("--dry-run and --digest-file cannot be used together.")
        }
        if dryRun, verify { throw ValidationError("--dry-run and --verify cannot be used together.") }
    }

    func run(_ context: CommandContext) async throws {
        try checkOrder()
        let target = try Reference(parsing: reference)
        try target.requireTag()
        let plan = PushPlan(
            target: target,
            tags: try alsoTag.map { text throws(Failure) in try Tag(parsing: text) },
            mountSource: try mountFrom.map { text throws(Failure) in try target.sibling(text) }
        )
        do {
            // Only a module that is packed needs the folder.
            let folder = LazyTemporaryDirectory()
            defer { withExtendedLifetime(folder) {} }
            try await sourceTarget(context.environment).withSource { source in
                let image = try await image(from: source, packingIn: folder, plan, context)
                try await send(image, plan, spoolingIn: folder, context)
            }
        } catch let failure as Failure where target.registry.isDockerHub && !reference.contains("docker.io") {
            throw failure.trying(
                "registry.example.com/\(reference): a reference without a host belongs to Docker Hub"
            )
        }
    }

    /// Returns the image to push, checked: a module is packed, an image of a layout or an archive is verified.
    private func image(
        from source: Source,
        packingIn folder: LazyTemporaryDirectory,
        _ plan: PushPlan,
        _ context: CommandContext
    ) async throws -> PushedImage {
        let checkStep = CheckStep(checkOption, context)
        switch source {
        case .module(let path):
            let module = try PluginFile.locate(path)
            try checkStep.checkModule(module, as: .image)
            let image = try await ImageBuilder(ImageOptions(), processorCount: Environment.processorCount)
                .build(module, spoolingIn: folder.path())
            context.record(.step("pack", "\(path)  \(ByteCount(image.module.size)), \(image.packed)"))
            return PushedImage(manifest: image.manifest, content: image, name: path.string, path: path)
        case .images(let store, let name):
            let image = try await store.verify(store.resolve(name ?? .reference(plan.target)))
            let shown = self.source ?? store.path.string
            try await checkStep.checkImage(image.root, in: image, called: shown)
            let manifest = try await image.fetch(image.root)
            return PushedImage(manifest: manifest, content: image, name: shown, path: store.path)
        case .reference(let other):
            throw Failure(
                .usage,
                "\(other) is not a local image",
                why: "SOURCE must be a layout, an archive or a .wasm file",
                try: ["wasmpack copy \(other) \(plan.target)"]
            )
        }
    }

    private func send(
        _ image: PushedImage,
        _ plan: PushPlan,
        spoolingIn folder: LazyTemporaryDirectory,
        _ context: CommandContext
    ) async throws {
        let digestFile = try digestFile.open(apartFrom: [image.path])
        registry.announce(plan.target, context)
        let repository = try await registry.repository(
            of: plan.target,
            for: dryRun ? .pull : .push,
            mountingFrom: plan.mountSource,
            spoolingIn: .temporary(folder),
            context
        )
        context.record(.step("push", "\(image.name) to \(plan.target)"))
        if noClobber { try await repository.requireFree(plan.tags, for: image.root.digest) }
        let name = RefName.reference(plan.target)
        let report: PushReport
        if dryRun {
            let copied = try await copy(
                image.root,
                from: image.content,
                to: DryRunDestination(repository),
                as: name,
                events: SilentSink()
            )
            report = PushReport(plan, dryRun: copied, try await repository.current(plan.furtherTags))
        } else {
            let copied = try await copy(
                image.root,
                from: image.content,
                to: repository,
                as: name,
                events: context.reporter
            )
            let done = plan.target.tag.map { [$0] } ?? []
            let changes = try await repository.set(plan.furtherTags, to: image.manifest, after: done)
            report = PushReport(plan, copied, changes, isVerified: verify)
        }
        report.record(context.reporter)
        if verify {
            try await report.verify(image.manifest, in: repository, under: plan.tags)
            report.recordVerification(context.reporter)
        }
        try await output.json
            ? JSONReport.print(report.document(repository.credential()))
            : Terminal.standardOutput("\(report.pinned)\n")
        try digestFile?.finish(with: report.copy.root.digest)
    }

    private func sourceTarget(_ environment: Environment) throws(Failure) -> Target {
        guard let source else { return .layout(try layout.path(environment), nil) }
        switch try Target.existing(source) {
        case .layout(let path, nil)? where !ImageLayout.exists(at: path):
            // Like build, push accepts a folder with a plugin.wasm.
            return .module(try PluginFile.locate(path))
        case let local?: return local
        case nil where FileKind.isArchive(named: source):
            throw Failure(
                .fileMissing,
                "no such archive: \(source)",
                try: ["wasmpack copy plugin-oci \(source), to write one from a layout"]
            )
        case nil where Target.namesHost(source): return try Target(parsing: source)
        case nil: return .module(try PluginFile.locate(FilePath(source)))
        }
    }

    /// Throws ``Failure/Code/argumentsSwapped`` if the local path comes before the reference.
    private func checkOrder() throws(Failure) {
        guard let source, Target.isPath(reference) || (try? Target.existing(reference)) != nil,
            (try? Target.existing(source)) == nil, let swapped = try? Reference(parsing: source)
        else { return }
        throw Failure(
            .argumentsSwapped,
            "the arguments are swapped",
            why: "the reference comes first, the local path second",
            try: ["wasmpack push \(swapped) \(reference)"]
        )
    }
}
