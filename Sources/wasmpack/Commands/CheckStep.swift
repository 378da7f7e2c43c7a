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

/// The check of a module and its image before the image is written or pushed; does nothing with `--no-check`.
struct CheckStep {
    private let isSkipped: Bool
    private let context: CommandContext

    init(_ option: CheckOption, _ context: CommandContext) {
        isSkipped = option.noCheck
        self.context = context
    }

    /// Checks a module before it is packed, like ``PrepublishCheck/ofModule(at:as:)``.
    ///
    /// Only a rejection is reported now; ``checkPacked(_:after:called:)`` reports the other results.
    func checkModule(_ path: FilePath, as format: ImageFormat) throws(Failure) -> PrepublishCheck? {
        guard !isSkipped, let check = try PrepublishCheck.ofModule(at: path, as: format) else { return nil }
        if check.rejection != nil { try report([check]) }
        return check
    }

    /// Checks the path of the module in the image, like ``PrepublishCheck/checkPlace(in:as:called:)``.
    func checkPlace(in contents: ImageContents, as format: ImageFormat, called name: String) throws(Failure) {
        guard !isSkipped else { return }
        try PrepublishCheck.checkPlace(in: contents, as: format, called: name)
    }

    /// Checks an image whose module has been checked, and reports both results in one line.
    func checkPacked(
        _ image: BuiltImage,
        after moduleCheck: PrepublishCheck?,
        called name: String
    ) async throws(Failure) {
        guard !isSkipped else { return }
        let check = try await PrepublishCheck.ofPacked(image, called: name)
        try report([moduleCheck, check].compactMap(\.self))
    }

    /// Checks an image of a store, and its module.
    func checkImage(_ root: Descriptor, in source: some ContentSource, called name: String) async throws {
        guard !isSkipped else { return }
        let check = try await withTemporaryDirectory { folder in
            try await PrepublishCheck.ofImage(root, in: source, called: name, spoolingIn: folder)
        }
        try report([check])
    }

    /// Reports the result of each consumer in one line, then the warnings.
    ///
    /// Throws the failure of a check, if the consumers would reject the image.
    private func report(_ checks: [PrepublishCheck]) throws(Failure) {
        var verdicts: [(name: String, worst: Finding.Severity?)] = []
        for result in checks.flatMap(\.results) {
            if let known = verdicts.firstIndex(where: { $0.name == result.consumer.name }) {
                verdicts[known].worst = [verdicts[known].worst, result.worst].compactMap(\.self).max()
            } else {
                verdicts.append((result.consumer.name, result.worst))
            }
        }
        if !verdicts.isEmpty {
            let marks = WrappableText(verdicts.map { (mark: $0.worst.mark, name: $0.name) })
            context.reporter.write([Row("checked", marks)])
        }
        var reported: Set<PrepublishCheck.Warning> = []
        for warning in checks.flatMap(\.warnings) where reported.insert(warning).inserted {
            context.record(.warning(warning.text, try: warning.hints))
        }
        for check in checks { if let rejection = check.rejection { throw rejection } }
    }
}

extension Finding.Severity? {
    /// The mark of a consumer whose worst finding this is.
    var mark: Mark {
        switch self {
        case .error?: .rejected
        case .warning?: .caution
        case .note?, nil: .accepted
        }
    }
}
