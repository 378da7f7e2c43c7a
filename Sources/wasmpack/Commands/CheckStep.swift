import ArgumentParser
import Diagnostics
import HostSystem
import OCI
import Packing
import Storage
import SystemPackage
import Wasm

/// Whether what proxies would refuse is refused here.
struct CheckOption: ParsableArguments {
    @Flag(help: "Do not look whether proxies would take the image and load its module.")
    var noCheck = false
}

/// Has an image or its module checked before it is written or sent, and reports what came of it; with `--no-check`,
/// does nothing.
struct CheckStep {
    private let isSkipped: Bool
    private let context: CommandContext

    init(_ option: CheckOption, _ context: CommandContext) {
        isSkipped = option.noCheck
        self.context = context
    }

    /// Checks a module that is to be packed, as ``PrepublishCheck/ofModule(at:as:)`` does.
    func checkModule(_ path: FilePath, as format: ImageFormat) throws(Failure) {
        guard !isSkipped, let check = try PrepublishCheck.ofModule(at: path, as: format) else { return }
        try report(check)
    }

    /// Checks where the module is to be, as ``PrepublishCheck/checkPlace(in:as:called:)`` does.
    func checkPlace(in contents: ImageContents, as format: ImageFormat, called name: String) throws(Failure) {
        guard !isSkipped else { return }
        try PrepublishCheck.checkPlace(in: contents, as: format, called: name)
    }

    /// Checks an image whose module was checked before.
    func checkPacked(_ root: Descriptor, in source: some ContentSource, called name: String)
        async throws(Failure)
    {
        guard !isSkipped else { return }
        try await report(PrepublishCheck.ofPacked(root, in: source, called: name))
    }

    /// Checks an image that comes from a store, and the module in it.
    func checkImage(_ root: Descriptor, in source: some ContentSource, called name: String) async throws {
        guard !isSkipped else { return }
        let check = try await withTemporaryDirectory { folder in
            try await PrepublishCheck.ofImage(root, in: source, called: name, spoolingIn: folder)
        }
        try report(check)
    }

    /// Reports one line with the module and who takes it, then the warnings; throws the refusal.
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
        if let refusal = check.refusal { throw refusal }
    }
}
