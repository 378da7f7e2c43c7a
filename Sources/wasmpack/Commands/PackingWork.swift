import Diagnostics
import Packing
import SystemPackage

/// The work that `build` and `push` share: an image from a module or a Dockerfile, checked before and after.
struct PackingWork {
    /// The module that is packed.
    let module: FilePath
    private let contents: ImageContents
    private let builder: ImageBuilder
    private let format: ImageFormat
    private let kind: PluginFile.Kind
    private let checkStep: CheckStep
    private let name: String

    /// Reads the input.
    ///
    /// - Parameters:
    ///   - input: the module or the Dockerfile.
    ///   - options: the format and the metadata of the image.
    ///   - arguments: the values of `--build-arg`.
    ///   - others: paths that a Dockerfile may not copy.
    ///   - name: the input in messages.
    ///   - checkStep: the check that proxies accept the plugin.
    ///   - context: the command's context.
    /// - Throws: the errors of reading the input.
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
        format = options.format
        kind = try PluginFile.check(module, as: format)
    }

    /// Checks the module, packs the image, reports it and checks it; blobs are put into the folder.
    ///
    /// Throws the errors of packing, and the failure of a check.
    func pack(spoolingIn folder: FilePath, _ context: CommandContext) async throws(Failure) -> BuiltImage {
        let (image, moduleCheck) = try await packed(spoolingIn: folder)
        let interface = moduleCheck?.module?.interface ?? kind.rawValue
        context.record(.step("packed", image.packed(module, interface)))
        try await checkStep.checkPacked(image, after: moduleCheck, called: name)
        return image
    }

    /// Packs the image while the module is checked; a rejection ends the packing.
    private func packed(spoolingIn folder: FilePath) async throws(Failure) -> (BuiltImage, PrepublishCheck?) {
        let result = await withTaskGroup(of: Result<BuiltImage, Failure>.self) {
            group -> Result<(BuiltImage, PrepublishCheck?), Failure> in
            group.addTask {
                do throws(Failure) {
                    return .success(try await builder.build(contents, spoolingIn: folder))
                } catch {
                    return .failure(error.during("packing \(name)"))
                }
            }
            let check: PrepublishCheck?
            do throws(Failure) {
                check = try checked()
            } catch {
                group.cancelAll()
                return .failure(error)
            }
            return await group.next()?.map { ($0, check) } ?? .failure(.interrupted)
        }
        let (image, check) = try result.get()
        // Both have read the file.
        if let checked = check?.module?.identity, checked != image.module {
            throw Failure(
                .fileUnreadable,
                "\(module) changed while it was read",
                why: "the module that was checked is not the one that was packed",
                try: ["wait until the compiler has finished, then build again"]
            )
        }
        return (image, check)
    }

    private func checked() throws(Failure) -> PrepublishCheck? {
        let check: PrepublishCheck?
        do throws(Failure) {
            check = try checkStep.checkModule(module, as: format)
        } catch {
            throw error.during("checking \(module)")
        }
        try checkStep.checkPlace(in: contents, as: format, called: name)
        return check
    }
}
