import ArgumentParser
import Diagnostics
import HostSystem
import OCI
import Packing
import Registry
import Storage
import SystemPackage

struct Push: RegistryCommand, ConnectingCommand {
    static let configuration = CommandConfiguration(
        commandName: "push",
        abstract: "Push an image, or a .wasm directly, to a registry",
        discussion: """
            EXAMPLES
              wasmpack push ghcr.io/me/my-plugin:v1
              wasmpack push ghcr.io/me/my-plugin:v1 plugin.wasm
              wasmpack push ghcr.io/me/my-plugin:v1.4.2 --also-tag v1 --also-tag latest
              ref=$(wasmpack push ghcr.io/me/my-plugin:v1)

            Without SOURCE, pushes the layout's image with that name, or its only image if that has no name; without \
            a layout, packs what build would find.

            Blobs that already exist are not uploaded again. The last line, on standard output, is the reference with \
            the digest.

            --no-clobber checks the tags before anything is sent. It is not atomic: another client may set the tag in \
            between. --dry-run needs only read access, so it cannot tell whether you may push.
            """
    )

    @Argument(help: "host/repository:tag or host/repository@digest", completion: LayoutNames.completion)
    var reference: String

    @Argument(
        help: "A layout (DIR, DIR:TAG), archive, .wasm file, Dockerfile or directory",
        completion: .file(extensions: ["wasm", "tar"])
    )
    var source: String?

    @Option(help: ArgumentHelp("Also set this tag; may be repeated", valueName: "tag"))
    var alsoTag: [String] = []

    @OptionGroup var aliasOption: AliasOption

    @Flag(help: "Push nothing if a tag would move; not atomic")
    var noClobber = false

    @Flag(
        help: "Show what would be sent and set, but change nothing"
    )
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            "Mount blobs from another repository of the registry",
            valueName: "repository"
        )
    )
    var mountFrom: String?

    @Flag(
        help: "Read the image back after the push"
    )
    var verify = false

    @OptionGroup(title: "LAYOUT") var layout: LayoutOptions
    @OptionGroup(title: "IMAGE") var metadata: MetadataOptions
    @OptionGroup(title: "CONNECTION") var connection: ConnectionOptions
    @OptionGroup(title: "CREDENTIALS") var credentials: CredentialOptions
    @OptionGroup(title: "CHECK") var checkOption: CheckOption
    @OptionGroup(title: "RESULT") var digestFile: DigestFileOption
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    var references: [String] { [reference] }

    var repeated: [HintCompletion.TypedOption] {
        HintCompletion.TypedOption.given(
            alsoTag.map { ("--also-tag", $0) } + [("--alias", aliasOption.alias?.rawValue)],
            flags: [("--no-clobber", noClobber), ("--dry-run", dryRun), ("--verify", verify)]
        )
    }

    func validate() throws {
        if source != nil, layout.layout != nil {
            throw ValidationError("SOURCE and --layout cannot be used together.")
        }
        if dryRun, digestFile.digestFile != nil {
            throw ValidationError("--dry-run and --digest-file cannot be used together.")
        }
        if dryRun, verify { throw ValidationError("--dry-run and --verify cannot be used together.") }
    }

    // From the first tag on, the failure itself says which tags were set.
    var interruptionConsequence: String? { dryRun ? "nothing was changed" : "no tag was set" }

    func run(_ context: CommandContext) async throws {
        try checkOrder()
        let target = try Reference(
            destination: reference,
            mayBeSource: source == nil && layout.layout == nil
        ) { reference, path in
            (["wasmpack push", reference] + [source ?? path].compactMap(\.self)).joined(separator: " ")
        }
        let plan = PushPlan(
            target: target,
            tags: try alsoTag.map { text throws(Failure) in try Tag(parsing: text) },
            mountSource: try mountFrom.map { text throws(Failure) in try target.sibling(text) },
            setsAliases: try aliasOption.isWanted(for: target.tag)
        )
        try registry.prepare(for: target.registry, context)
        // The folder is created only if blobs are packed or spooled.
        let folder = LazyTemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        let work = PushWork(
            registry: registry,
            plan: plan,
            noClobber: noClobber,
            dryRun: dryRun,
            verify: verify
        )
        switch try input(context.environment) {
        case .new(let input):
            let image = try await packed(input, in: folder, context)
            let file = try digestFile.open(apartFrom: [image.path])
            try finish(await work.send(image, spoolingIn: folder, context), file)
        case .existing(let existing):
            try metadata.failIfGiven(for: source ?? "the layout")
            try await existing.withSource { source in
                let image = try await image(from: source, plan, context)
                let file = try digestFile.open(apartFrom: [image.path])
                try finish(await work.send(image, spoolingIn: folder, context), file)
            }
        }
    }

    private func packed(_ input: BuildInput, in folder: LazyTemporaryDirectory, _ context: CommandContext)
        async throws(Failure) -> PushedImage
    {
        let name = source ?? "."
        let work = try PackingWork(
            input,
            try metadata.imageOptions(context.environment),
            apartFrom: [digestFile.digestFile.map { FilePath($0) }].compactMap(\.self),
            called: name,
            CheckStep(checkOption, context),
            context
        )
        let image = try await work.pack(spoolingIn: folder.path(), context)
        return PushedImage(manifest: image.manifest, content: image, name: name, path: work.module)
    }

    /// Returns a verified and checked image of a layout or an archive.
    private func image(from source: Source, _ plan: PushPlan, _ context: CommandContext) async throws
        -> PushedImage
    {
        switch source {
        case .images(let store, let name):
            let image = try await store.verify(root(name, in: store, plan.target))
            let shown = self.source ?? store.path.string
            context.record(.step("verified", shown))
            try await CheckStep(checkOption, context).checkImage(image.root, in: image, called: shown)
            let manifest = try await image.fetch(image.root)
            return PushedImage(manifest: manifest, content: image, name: shown, path: store.path)
        case .reference(let other):
            throw Failure(
                .usage,
                "\(other) is not a local image",
                why: "SOURCE must be a layout, an archive, a Dockerfile or a .wasm file",
                try: ["wasmpack copy \(other) \(plan.target)"]
            )
        case .module(let path):
            throw Failure(.internalError, "\(path) was not packed")
        }
    }

    /// Finds the image; a failure lists the images of the store as commands.
    private func root(_ name: RefName?, in store: some LocalStore, _ target: Reference) async throws(Failure)
        -> Descriptor
    {
        do throws(Failure) {
            return try await store.resolve(name ?? .reference(target))
        } catch  where [.notFound, .nameAmbiguous].contains(error.code) {
            throw error.with(
                try: error.hints.map {
                    $0.hasPrefix("wasmpack ") ? $0 : "wasmpack push \(reference) \($0)"
                }
            )
        }
    }

    private func finish(_ result: PushWork.Result, _ digestFile: OutputFile?) throws {
        try output.json
            ? JSONReport.print(result.report.document(result.credential))
            : Screen.main.print("\(result.report.pinned)\n")
        try digestFile?.finish(with: result.report.copy.root.digest)
    }

    /// What is pushed: a new image, which is packed first, or an existing one.
    private enum Input {
        case new(BuildInput)
        case existing(Target)
    }

    private func input(_ environment: Environment) throws(Failure) -> Input {
        guard let source else { return try unnamedInput(environment) }
        switch try Target.existing(source) {
        case .layout(let path, nil)? where !ImageLayout.exists(at: path):
            // As for build, a directory means its Dockerfile or its module.
            return .new(try buildInput(path))
        case .module(let path)?: return .new(try buildInput(path))
        case let local?: return .existing(local)
        case nil where FileKind.isArchive(named: source):
            throw Failure(
                .fileMissing,
                "no such archive: \(source)",
                try: ["wasmpack copy plugin-oci \(source)"]
            )
        case nil where Target.namesHost(source): return .existing(try Target(parsing: source))
        case nil: return .new(try buildInput(FilePath(source)))
        }
    }

    /// Without SOURCE: the layout if there is one, else the Dockerfile or the module of the working directory.
    private func unnamedInput(_ environment: Environment) throws(Failure) -> Input {
        let path = try layout.path(environment)
        let target = Input.existing(.layout(path, nil))
        guard layout.layout == nil, Directory.type(of: path) == nil else { return target }
        guard let found = try? buildInput(".") else {
            // Several modules are listed as commands.
            let modules = try PluginFile.projectModules(in: ".")
            guard modules.isEmpty else { return modules.count < 2 ? target : .new(try buildInput(".")) }
            throw Failure(
                .layoutMissing,
                "no image layout at \(path)",
                why: "this folder has no plugin.wasm and no Dockerfile to pack either",
                try: ["wasmpack push \(reference.shellWord) path/to/plugin.wasm"]
            )
        }
        return .new(found)
    }

    private func buildInput(_ path: FilePath) throws(Failure) -> BuildInput {
        try BuildInput(locating: path, suggesting: { "wasmpack push \(reference) \($0)" })
    }

    /// Throws ``Failure/Code/argumentsSwapped`` if the local path comes before the reference.
    private func checkOrder() throws(Failure) {
        guard let source, Target.isPath(reference) || (try? Target.existing(reference)) != nil,
            !Target.isPath(source), (try? Target.existing(source)) == nil,
            let swapped = try? Reference(parsing: source)
        else { return }
        throw Failure(
            .argumentsSwapped,
            "the arguments are swapped",
            why: "the reference comes first, the local path second",
            try: ["wasmpack push \(swapped) \(reference.shellWord)"]
        )
    }
}
