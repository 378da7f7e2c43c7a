import Diagnostics
import Packing
import SystemPackage

/// The work that `build` and `push` share: an image from a module or a Dockerfile, checked before and after.
struct PackingWork {
    /// The module that is packed.
    let module: FilePath
    private let contents: ImageContents
    private let builder: ImageBuilder
    private let kind: PluginFile.Kind
    private let moduleCheck: PrepublishCheck?
    private let checkStep: CheckStep
    private let name: String

    /// Reads the input and checks it.
    ///
    /// - Parameters:
    ///   - input: the module or the Dockerfile.
    ///   - options: the format and the metadata of the image.
    ///   - arguments: the values of `--build-arg`.
    ///   - others: paths that a Dockerfile may not copy.
    ///   - name: the input in messages.
    ///   - checkStep: the check that proxies accept the plugin.
    ///   - context: the command's context.
    /// - Throws: the errors of reading the input, and the failure of a check.
    init(
        _ input: BuildInput,
        _ options: ImageOptions,
        arguments: [String: String] = [:],
        apartFrom others: [FilePath] = [],
        called name: String,
        _ checkStep: CheckStep,
        _ context: CommandContext
    ) throws(Failure) {
        contents = try input.contents(
            labels: options.labels,
            arguments: arguments,
            apartFrom: others,
            events: context.reporter
        )
        guard let module = contents.module else {
            throw Failure(.pluginMissing, "the input has no module")
        }
        self.module = module
        self.name = name
        self.checkStep = checkStep
        builder = ImageBuilder(options, processorCount: Environment.processorCount)
        try builder.check(contents)
        kind = try PluginFile.check(module, as: options.format)
        do throws(Failure) {
            moduleCheck = try checkStep.checkModule(module, as: options.format)
        } catch {
            throw error.during("checking \(module)")
        }
        try checkStep.checkPlace(in: contents, as: options.format, called: name)
    }

    /// Packs the image, reports it and checks it; blobs are put into the folder.
    func pack(spoolingIn folder: FilePath, _ context: CommandContext) async throws(Failure) -> BuiltImage {
        let image: BuiltImage
        do throws(Failure) {
            image = try await builder.build(contents, spoolingIn: folder)
        } catch {
            throw error.during("packing \(name)")
        }
        let interface = moduleCheck?.module?.interface ?? kind.rawValue
        context.record(.step("packed", image.packed(module, interface)))
        try await checkStep.checkPacked(image, after: moduleCheck, called: name)
        return image
    }
}
