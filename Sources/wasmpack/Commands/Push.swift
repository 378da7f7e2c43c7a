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
        abstract: "Send an image to a registry.",
        discussion: """
            EXAMPLES
              wasmpack push ghcr.io/me/my-plugin:v1
              wasmpack push ghcr.io/me/my-plugin:v1 plugin.wasm
              wasmpack push ghcr.io/me/my-plugin:v1.4.2 --also-tag v1 --also-tag latest
              ref=$(wasmpack push ghcr.io/me/my-plugin:v1)

            Without SOURCE, the image of that name in the layout is sent, or the only one there is. What the registry \
            has already is not sent again. The last line, on standard output, is the reference by digest.

            --no-clobber looks before anything is sent; no registry can promise that nobody else sets the tag meanwhile. \
            --dry-run asks for no more than the right to read, so it does not tell whether a push would be allowed.
            """
    )

    @Argument(help: "Where to: host/repository:tag, or host/repository@digest.")
    var reference: String

    @Argument(
        help: "What: a layout (dir, dir:tag), an archive (x.tar), or a .wasm to be packed first.",
        completion: .file()
    )
    var source: String?

    @Option(help: ArgumentHelp("Set this tag too, after the first; may be repeated.", valueName: "tag"))
    var alsoTag: [String] = []

    @Flag(help: "Send nothing if one of the tags stands for another image.")
    var noClobber = false

    @Flag(
        help:
            "Ask the registry what there is, say what would be sent and set, and send nothing; not with --digest-file or --verify."
    )
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            "Use the blobs of this repository of the same registry, if it can.",
            valueName: "repository"
        )
    )
    var mountFrom: String?

    @Flag(
        help:
            "Read everything back afterwards: the manifest by digest and by each tag, the size of each blob."
    )
    var verify = false

    @OptionGroup(title: "LAYOUT") var layout: LayoutOptions
    @OptionGroup var registry: RegistryOptions
    @OptionGroup(title: "CHECK") var gate: GateOption
    @OptionGroup(title: "RESULT") var digestFile: DigestFileOption
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    func validate() throws {
        if source != nil, layout.layout != nil {
            throw ValidationError("SOURCE and --layout exclude each other.")
        }
        if dryRun, digestFile.digestFile != nil {
            throw ValidationError("--dry-run and --digest-file exclude each other: nothing is pushed.")
        }
        if dryRun, verify { throw ValidationError("--dry-run and --verify exclude each other.") }
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
            try await push(plan, context)
        } catch let failure as Failure where target.registry.isDockerHub && !reference.contains("docker.io") {
            throw failure.trying("registry.example.com/\(reference): without a host, Docker Hub is meant")
        }
    }

    private func push(_ plan: PushPlan, _ context: CommandContext) async throws {
        try await sourceTarget(context.environment).withSource { source in
            switch source {
            case .module(let path): try await push(module: path, plan, context)
            case .images(let store, let name): try await push(name, of: store, plan, context)
            case .reference(let other):
                throw Failure(
                    .usage,
                    "\(other) is not a local image",
                    why: "SOURCE is a layout, an archive or a .wasm",
                    try: ["wasmpack copy \(other) \(plan.target)"]
                )
            }
        }
    }

    /// Packs a module, and sends the image.
    private func push(module path: FilePath, _ plan: PushPlan, _ context: CommandContext) async throws {
        try await withTemporaryDirectory { folder in
            let module = try PluginFile.locate(path)
            try PluginGate(gate, context).admit(module: module, as: .image)
            let image = try await ImageBuilder(ImageOptions(), processorCount: Environment.processorCount)
                .build(module, spoolingIn: folder)
            context.record(.step("pack", "\(path)  \(ByteCount(image.module.size)), \(image.packed)"))
            try await push(.only, from: image, called: path.string, at: path, plan, folder, context)
        }
    }

    /// Sends an image of a layout or an archive, after all of it was proven.
    private func push(
        _ name: RefName?,
        of store: some LocalStore,
        _ plan: PushPlan,
        _ context: CommandContext
    ) async throws {
        let root = try await store.resolve(name ?? .reference(plan.target))
        try await store.prove(root)
        try await PluginGate(gate, context).admit(root, in: store, called: source ?? store.path.string)
        try await push(
            .digest(root.digest),
            from: store,
            called: source ?? store.path.string,
            at: store.path,
            plan,
            store.spoolDirectory,
            context
        )
    }

    private func push(
        _ name: RefName,
        from source: some ContentSource,
        called sourceName: String,
        at path: FilePath,
        _ plan: PushPlan,
        _ spoolDirectory: FilePath,
        _ context: CommandContext
    ) async throws {
        let digestFile = try digestFile.open(apartFrom: [path])
        registry.announce(plan.target, context)
        let repository = try await registry.repository(
            of: plan.target,
            for: dryRun ? .pull : .push,
            mountingFrom: plan.mountSource,
            spoolingIn: spoolDirectory,
            context
        )
        context.record(.step("push", "\(sourceName) to \(plan.target)"))
        let manifest = try await source.fetch(source.resolve(name))
        if noClobber { try await repository.requireFree(plan.tags, for: manifest.descriptor.digest) }
        let report =
            dryRun
            ? try await rehearse(name, from: source, plan, repository)
            : try await push(name, manifest, from: source, plan, repository, context)
        report.record(context.reporter)
        if verify {
            try await prove(report, manifest, plan, repository)
            report.recordProof(context.reporter)
        }
        try await output.json
            ? JSONReport.print(report.document(repository.credential()))
            : Terminal.standardOutput("\(report.pinned)\n")
        try digestFile?.finish(with: report.copy.root.digest)
    }

    private func push(
        _ name: RefName,
        _ manifest: Blob,
        from source: some ContentSource,
        _ plan: PushPlan,
        _ repository: RemoteRepository,
        _ context: CommandContext
    ) async throws(Failure) -> PushReport {
        let first = RefName.reference(plan.target)
        let report = try await copy(name, from: source, to: repository, as: first, events: context.reporter)
        var changes = plan.target.tag.map { [TagChange($0, previous: report.previous)] } ?? []
        changes += try await repository.set(plan.furtherTags, to: manifest, after: changes.map(\.tag))
        return PushReport(plan.target, report, changes, isVerified: verify)
    }

    /// Reads back what was pushed; a failure says that the push itself is done.
    private func prove(
        _ report: PushReport,
        _ manifest: Blob,
        _ plan: PushPlan,
        _ repository: RemoteRepository
    ) async throws(Failure) {
        do throws(Failure) {
            try await repository.prove(manifest, under: plan.tags)
        } catch {
            throw report.unproven(error)
        }
    }

    /// Finds out what a push would do.
    private func rehearse(
        _ name: RefName,
        from source: some ContentSource,
        _ plan: PushPlan,
        _ repository: RemoteRepository
    ) async throws(Failure) -> PushReport {
        let report = try await copy(
            name,
            from: source,
            to: Rehearsal(repository),
            as: .reference(plan.target),
            events: SilentSink()
        )
        let first = plan.target.tag.map { [TagChange($0, previous: report.previous)] } ?? []
        let further = try await zip(plan.furtherTags, repository.current(plan.furtherTags)).map {
            TagChange($0, previous: $1)
        }
        let mayMount = plan.mountSource != nil
        return PushReport(plan.target, report, first + further, isRehearsal: true, mayMount: mayMount)
    }

    private func sourceTarget(_ environment: Environment) throws(Failure) -> Target {
        guard let source else { return .layout(try layout.path(environment), nil) }
        switch try Target.existing(source) {
        case .layout(let path, nil)? where !ImageLayout.exists(at: path):
            // A folder with a plugin.wasm is as good here as for build.
            return .module(try PluginFile.locate(path))
        case let local?: return local
        case nil where Target.isArchive(source):
            throw Failure(
                .fileMissing,
                "no such archive: \(source)",
                try: ["wasmpack copy plugin-oci \(source), which makes one of a layout's image"]
            )
        case nil where Target.namesHost(source): return try Target(parsing: source)
        case nil: return .module(try PluginFile.locate(FilePath(source)))
        }
    }

    /// Reference first, local path second; who has it the other way round is told so.
    private func checkOrder() throws(Failure) {
        guard let source, Target.isPath(reference) || (try? Target.existing(reference)) != nil,
            (try? Target.existing(source)) == nil, let swapped = try? Reference(parsing: source)
        else { return }
        throw Failure(
            .argumentsSwapped,
            "the arguments are the wrong way round",
            why: "the reference comes first, the local path second",
            try: ["wasmpack push \(swapped) \(reference)"]
        )
    }
}
