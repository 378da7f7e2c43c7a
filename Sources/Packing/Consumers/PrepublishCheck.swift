package import Diagnostics
import HostSystem
package import OCI
package import Storage
package import SystemPackage
import Wasm

/// The check that `build` and `push` make before anything is written or sent.
///
/// What all consumers reject for whom the image is made is a refusal; what only some of them reject, such as a plugin for
/// Higress, is a warning.
package struct PrepublishCheck: Sendable {
    /// The module that was read; `nil` for an image without one, or whose module was checked before.
    package let module: ModuleInspection?
    /// What each consumer says of the module; empty where no proxy is meant.
    package let answers: [PluginCheck.Answer]
    /// What to tell the user, in the order in which it was found.
    package let warnings: [String]
    /// Why the command must not go on; ``Failure/Code/checkFailed``.
    package let refusal: Failure?

    private init(
        _ check: PluginCheck,
        showing answers: [PluginCheck.Answer],
        warnings: [String] = [],
        refusing: Bool,
        called name: String
    ) {
        module = check.module
        self.answers = answers
        let rows = FindingList(check).rows
        self.warnings =
            warnings
            + rows.filter { $0.finding.severity == .warning || !refusing && $0.isRefusal }
            .map { $0.line + $0.quotation }
        let refusals = rows.filter(\.isRefusal)
        refusal = refusing ? Self.refusal(refusals, called: name) : nil
    }

    /// Checks a module that is to be packed.
    ///
    /// - Parameters:
    ///   - path: the module.
    ///   - format: what it is to be packed as.
    /// - Returns: `nil` for a component in the format that is made for it: no rule of a proxy holds for it.
    /// - Throws: what reading the file throws, and why it cannot be read as a module.
    package static func ofModule(at path: FilePath, as format: ImageFormat) throws(Failure)
        -> PrepublishCheck?
    {
        let module = try ModuleInspection(of: path.string, in: ReadableFile(opening: path))
        if case .failure(let failure) = module.module, format != .wasm || !module.isComponent {
            throw failure
        }
        if format == .wasm, module.isComponent { return nil }
        let proxies = PluginCheck(nil, module: module, for: Consumers.proxies)
        return PrepublishCheck(
            proxies,
            showing: format == .wasm ? [] : proxies.answers,
            refusing: format != .wasm && proxies.isRefusedByAll,
            called: path.string
        )
    }

    /// Checks where the module is to be in the image, before there has to be a place for that.
    ///
    /// Throws ``Failure/Code/checkFailed`` when it is not in the last layer.
    package static func checkPlace(in contents: ImageContents, as format: ImageFormat, called name: String)
        throws(Failure)
    {
        guard format.isTar, contents.layers.last?.contains(where: \.isPlugin) == false else { return }
        throw Failure(
            .checkFailed,
            "\(name) would not be loaded: \(PluginFile.name) is not in the last layer",
            why: "they will say \"\(PluginFile.name) not found in the archive\"",
            try: ["move the line that adds it to the end", "--no-check, to go on all the same"]
        )
    }

    /// Checks an image whose module was checked before.
    ///
    /// Throws what reading the image throws.
    package static func ofPacked(_ root: Descriptor, in source: some ContentSource, called name: String)
        async throws(Failure) -> PrepublishCheck
    {
        try await PrepublishCheck(of: ImageInspection(of: root, in: source), module: nil, called: name)
    }

    /// Checks an image that comes from a store, and the module in it.
    ///
    /// - Parameters:
    ///   - root: the image, or an index.
    ///   - source: where it is.
    ///   - name: what the user calls it.
    ///   - folder: where the module is put for as long as it is read.
    /// - Returns: a warning alone for an index from which no consumer can choose.
    /// - Throws: what reading the image throws.
    package static func ofImage(
        _ root: Descriptor,
        in source: some ContentSource,
        called name: String,
        spoolingIn folder: FilePath
    ) async throws(Failure) -> PrepublishCheck {
        guard try await ImageChoice.ifPossible(of: root, in: source) != nil else {
            return PrepublishCheck(
                PluginCheck(nil, module: nil, for: []),
                showing: [],
                warnings: ["\(name) is not checked: nobody can choose an image from its index"],
                refusing: false,
                called: name
            )
        }
        let image = try await InspectedImage(of: root, in: source, spoolingIn: folder)
        return PrepublishCheck(of: image.inspection, module: image.module, called: name)
    }

    private init(of image: ImageInspection, module: ModuleInspection?, called name: String) {
        let isForOthers = image.variant == .wasm
        let consumers = Consumers.intended(for: isForOthers ? .wasm : .image)
        let check = PluginCheck(image, module: module, for: consumers)
        self.init(
            check,
            showing: check.answers,
            warnings: isForOthers ? Self.warning(of: image).map { [$0] } ?? [] : [],
            refusing: check.isRefusedByAll,
            called: name
        )
    }

    /// An image that is not made for proxies, in the words in which they will refuse it.
    private static func warning(of image: ImageInspection) -> String? {
        let check = PluginCheck(image, module: nil, for: Consumers.proxies)
        let names = check.answers.filter { $0.worst == .error }.map(\.consumer.name)
        let consumerMessage = check.answers.lazy.flatMap(\.imageFindings).first { $0.severity == .error }?
            .consumerMessage
        guard !names.isEmpty else { return nil }
        return "\(names.joined(separator: ", ")) will refuse it"
            + (consumerMessage.map { ": \"\($0)\"" } ?? "")
    }

    private static func refusal(_ refusals: [FindingList.Row], called name: String) -> Failure? {
        guard let first = refusals.first else { return nil }
        return Failure(
            .checkFailed,
            "\(name) would not be loaded: \(first.line)",
            why: first.finding.consumerMessage.map { "they will say \"\($0)\"" }
                .map { $0 + (refusals.count > 1 ? "; \(refusals.count - 1) more: wasmpack check" : "") },
            try: first.finding.hints + ["--no-check, to go on all the same"]
        )
    }
}

extension PluginCheck {
    fileprivate var isRefusedByAll: Bool { answers.allSatisfy { $0.worst == .error } }
}

extension FindingList.Row {
    fileprivate var isRefusal: Bool { finding.severity == .error }

    /// What the consumer will say, behind what is said here.
    fileprivate var quotation: String { finding.consumerMessage.map { "; they will say \"\($0)\"" } ?? "" }
}
