package import Diagnostics
import HostSystem
package import OCI
package import Storage
package import SystemPackage
import Wasm

/// The check that `build` and `push` run before they write or send anything.
///
/// If every intended consumer would reject the image, the check fails. If only some would reject it, such as a plugin for
/// Higress, the check warns.
package struct PrepublishCheck: Sendable {
    /// The module; `nil` for an image without a module, or if the module was already checked.
    package let module: ModuleInspection?
    /// The findings of each consumer about the module; empty for a format that is not for proxies.
    package let results: [PluginCheck.ConsumerResult]
    /// A warning and its remedies.
    package struct Warning: Sendable, Hashable {
        /// The consumers and the problem, with the consumers' message.
        package let text: String
        /// What to do, best first.
        package let hints: [String]

        init(_ text: String, try hints: [String] = []) {
            self.text = text
            self.hints = hints
        }
    }

    /// The warnings, in the order of the check.
    package let warnings: [Warning]
    /// The failure that stops the command, ``Failure/Code/checkFailed``; `nil` if the check passed.
    package let rejection: Failure?

    private init(
        _ check: PluginCheck,
        showing results: [PluginCheck.ConsumerResult],
        warnings: [Warning] = [],
        rejecting: Bool,
        called name: String
    ) {
        module = check.module
        self.results = results
        let rows = FindingList(check).rows
        self.warnings =
            warnings
            + rows.filter { $0.finding.severity == .warning || !rejecting && $0.isRejection }
            .map { Warning($0.line + $0.quotation, try: $0.finding.hints) }
        let rejections = rows.filter(\.isRejection)
        rejection = rejecting ? Self.rejection(rejections, called: name) : nil
    }

    /// Checks a module before it is packed.
    ///
    /// - Parameters:
    ///   - path: the path of the module.
    ///   - format: the format of the image.
    /// - Returns: the check; `nil` for a component in the `wasm` format, which proxies do not load.
    /// - Throws: errors of reading the file, and a failure if it is not a valid module.
    package static func ofModule(at path: FilePath, as format: ImageFormat) throws(Failure)
        -> PrepublishCheck?
    {
        let module = try ModuleInspection(of: path.string, in: ReadableFile(opening: path))
        if case .failure(let failure) = module.module, format != .wasm || !module.isComponent {
            throw failure
        }
        if format == .wasm, module.isComponent { return nil }
        let proxies = try PluginCheck(nil, module: module, for: Consumers.proxies)
        return PrepublishCheck(
            proxies,
            showing: format == .wasm ? [] : proxies.results,
            rejecting: format != .wasm && proxies.isRejectedByAll,
            called: path.string
        )
    }

    /// Checks that the module will be in the last layer, before the image is written.
    ///
    /// Throws ``Failure/Code/checkFailed`` otherwise.
    package static func checkPlace(in contents: ImageContents, as format: ImageFormat, called name: String)
        throws(Failure)
    {
        guard format.isTar, contents.layers.last?.contains(where: \.isPlugin) == false else { return }
        throw Failure(
            .checkFailed,
            "\(name) would not be loaded: \(PluginFile.name) is not in the last layer",
            why: "the proxy reports \"\(PluginFile.name) not found in the archive\"",
            try: ["move the line that adds it to the end", skipHint]
        )
    }

    /// Checks a newly built image whose module was checked before.
    ///
    /// Throws errors of reading the image.
    package static func ofPacked(_ image: BuiltImage, called name: String) async throws(Failure)
        -> PrepublishCheck
    {
        try await PrepublishCheck(of: ImageInspection(of: image), module: nil, called: name)
    }

    /// Checks an image in a store, and its module.
    ///
    /// - Parameters:
    ///   - root: the descriptor of the image or index.
    ///   - source: the store.
    ///   - name: its name in messages.
    ///   - folder: the folder for the temporary file of the module.
    /// - Returns: the check; only a warning for an index from which consumers cannot select an image.
    /// - Throws: errors of reading the image.
    package static func ofImage(
        _ root: Descriptor,
        in source: some ContentSource,
        called name: String,
        spoolingIn folder: FilePath
    ) async throws(Failure) -> PrepublishCheck {
        guard try await ImageChoice.ifPossible(of: root, in: source) != nil else {
            return PrepublishCheck(
                try PluginCheck(nil, module: nil, for: []),
                showing: [],
                warnings: [
                    Warning("\(name) was not checked: consumers cannot select an image from its index")
                ],
                rejecting: false,
                called: name
            )
        }
        let image = try await InspectedImage(of: root, in: source, spoolingIn: folder)
        return try PrepublishCheck(of: image.inspection, module: image.module, called: name)
    }

    private init(of image: ImageInspection, module: ModuleInspection?, called name: String) throws(Failure) {
        let isForOtherTools = image.variant == .wasm
        let consumers = Consumers.intended(for: isForOtherTools ? .wasm : .image)
        let check = try PluginCheck(image, module: module, for: consumers)
        self.init(
            check,
            showing: check.results,
            warnings: isForOtherTools ? try Self.warning(of: image).map { [$0] } ?? [] : [],
            rejecting: check.isRejectedByAll,
            called: name
        )
    }

    /// Returns a warning with the proxies' message for an image that is not for proxies.
    private static func warning(of image: ImageInspection) throws(Failure) -> Warning? {
        let check = try PluginCheck(image, module: nil, for: Consumers.proxies)
        let names = check.results.filter { $0.worst == .error }.map(\.consumer.name)
        let consumerMessage = check.results.lazy.flatMap(\.imageFindings).first { $0.severity == .error }?
            .consumerMessage
        guard !names.isEmpty else { return nil }
        return Warning(
            "\(names.joined(separator: ", ")) will reject it" + (consumerMessage.map { ": \"\($0)\"" } ?? "")
        )
    }

    private static func count(_ errors: Int) -> String {
        errors == 1 ? "1 more error" : "\(errors) more errors"
    }

    private static let skipHint = "skip this check with --no-check"

    private static func rejection(_ rejections: [FindingList.Row], called name: String) -> Failure? {
        guard let first = rejections.first else { return nil }
        return Failure(
            .checkFailed,
            "\(name) would not be loaded: \(first.line)",
            why: first.finding.consumerMessage.map { "the proxy reports \"\($0)\"" }
                .map {
                    $0
                        + (rejections.count > 1
                            ? "; for \(Self.count(rejections.count - 1)), run wasmpack check" : "")
                },
            try: first.finding.hints + [skipHint]
        )
    }
}

extension PluginCheck {
    fileprivate var isRejectedByAll: Bool { results.allSatisfy { $0.worst == .error } }
}

extension FindingList.Row {
    fileprivate var isRejection: Bool { finding.severity == .error }

    /// The consumer's message, which follows the finding's own.
    fileprivate var quotation: String {
        finding.consumerMessage.map { "; the proxy reports \"\($0)\"" } ?? ""
    }
}
