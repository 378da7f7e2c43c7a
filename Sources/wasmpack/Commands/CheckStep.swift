import ArgumentParser
import Diagnostics
import HostSystem
import OCI
import Packing
import Storage
import SystemPackage
import Wasm

/// The option that skips the check before an image is written or pushed.
struct CheckOption: ParsableArguments {
    @Flag(help: "Skip the check that proxies will accept the plugin")
    var noCheck = false
}

/// A check of an image or its module before the image is written or pushed; does nothing with `--no-check`.
struct CheckStep {
    private let isSkipped: Bool
    private let context: CommandContext

    init(_ option: CheckOption, _ context: CommandContext) {
        isSkipped = option.noCheck
        self.context = context
    }

    /// Checks a module before it is packed, like ``PrepublishCheck/ofModule(at:as:)``.
    func checkModule(_ path: FilePath, as format: ImageFormat) throws(Failure) {
        guard !isSkipped, let check = try PrepublishCheck.ofModule(at: path, as: format) else { return }
        try report(check)
    }

    /// Checks the path of the module in the image, like ``PrepublishCheck/checkPlace(in:as:called:)``.
    func checkPlace(in contents: ImageContents, as format: ImageFormat, called name: String) throws(Failure) {
        guard !isSkipped else { return }
        try PrepublishCheck.checkPlace(in: contents, as: format, called: name)
    }

    /// Checks an image whose module has been checked already.
    func checkPacked(_ root: Descriptor, in source: some ContentSource, called name: String)
        async throws(Failure)
    {
        guard !isSkipped else { return }
        try await report(PrepublishCheck.ofPacked(root, in: source, called: name))
    }

    /// Checks an image of a store, and its module.
    func checkImage(_ root: Descriptor, in source: some ContentSource, called name: String) async throws {
        guard !isSkipped else { return }
        let check = try await withTemporaryDirectory { folder in
            try await PrepublishCheck.ofImage(root, in: source, called: name, spoolingIn: folder)
        }
        try report(check)
    }

    /// Reports one line with the module and the result of each consumer, then the warnings.
    ///
    /// Throws the failure of the check, if a consumer would reject the image.
    private func report(_ check: PrepublishCheck) throws(Failure) {
        if let module = check.module {
            let marks = check.answers.map { answer in
                "\(answer.worst == .error ? Terminal.cross : Terminal.checkMark) \(answer.consumer.name)"
            }
            context.record(
                .step("check", ([PluginFile.name, module.summary] + marks).joined(separator: "  "))
            )
        }
        for warning in check.warnings { context.record(.warning(warning)) }
        if let rejection = check.rejection { throw rejection }
    }
}
