import Diagnostics
import HostSystem
import OCI
import Packing
import Storage
import SystemPackage
import Wasm

/// The check that `build` and `push` make before anything is written or sent.
///
/// Warnings are shown. What no consumer takes for whom the image is made stops the command; what only some of them take, such as
/// a plugin for Higress, does not.
struct PluginGate {
    /// Whether nothing is looked at: `--no-check`.
    let isOpen: Bool
    private let context: CommandContext

    init(_ option: GateOption, _ context: CommandContext) {
        isOpen = option.noCheck
        self.context = context
    }

    /// Looks at a module that is to be packed.
    ///
    /// Throws ``Failure/Code/checkFailed``, what reading the file throws, and what keeps it from being read as a module.
    func admit(module path: FilePath, as format: ImageFormat) throws(Failure) {
        guard !isOpen else { return }
        let module = try ModuleInspection(of: path.string, in: ReadableFile(opening: path))
        if case .failure(let failure) = module.module, format != .wasm || !module.isComponent {
            throw failure
        }
        // What the CNCF's artifact is for; no proxy is meant, and no rule of theirs holds.
        if format == .wasm, module.isComponent { return }
        let proxies = PluginCheck(nil, module: module, for: Consumers.proxies)
        report(PluginFile.name, module, format == .wasm ? nil : proxies)
        try judge(proxies, refusing: format != .wasm && proxies.isRefusedByAll, called: path.string)
    }

    /// Looks at where the module is to be in the image, before there has to be a place for that.
    ///
    /// Throws ``Failure/Code/checkFailed``.
    func admit(_ contents: ImageContents, as format: ImageFormat, called name: String) throws(Failure) {
        guard !isOpen, format.isTar, contents.layers.last?.contains(where: \.isPlugin) == false else {
            return
        }
        throw Failure(
            .checkFailed,
            "\(name) would not be loaded: \(PluginFile.name) is not in the last layer",
            why: "they will say \"\(PluginFile.name) not found in the archive\"",
            try: ["move the line that adds it to the end", "--no-check, to go on all the same"]
        )
    }

    /// Looks at an image whose module is known to be good, or was judged before.
    ///
    /// Throws ``Failure/Code/checkFailed``, and what reading the image throws.
    func admit(packed root: Descriptor, in source: some ContentSource, called name: String)
        async throws(Failure)
    {
        guard !isOpen else { return }
        let image = try await ImageInspection(of: root, in: source)
        try judge(image, module: nil, called: name)
    }

    /// Looks at an image that comes from a store, and the module in it.
    ///
    /// Throws ``Failure/Code/checkFailed``, and what reading the image throws.
    func admit(_ root: Descriptor, in source: some ContentSource, called name: String) async throws {
        guard !isOpen else { return }
        guard try await ImageChoice.ifPossible(of: root, in: source) != nil else {
            return context.record(
                .warning("\(name) is not checked: nobody can choose an image from its index")
            )
        }
        try await InspectedImage.with(root, in: source) { image in
            try judge(image.inspection, module: image.module, called: name)
        }
    }

    private func judge(_ image: ImageInspection, module: ModuleInspection?, called name: String)
        throws(Failure)
    {
        let isForOthers = image.variant == .wasm
        let consumers = Consumers.intended(for: isForOthers ? .wasm : .image)
        let check = PluginCheck(image, module: module, for: consumers)
        if let module { report(PluginFile.name, module, check) }
        if isForOthers { warnOfRefusal(image) }
        try judge(check, refusing: check.isRefusedByAll, called: name)
    }

    /// An image that is not made for proxies, in the words in which they will refuse it.
    private func warnOfRefusal(_ image: ImageInspection) {
        let check = PluginCheck(image, module: nil, for: Consumers.proxies)
        let names = check.answers.filter { $0.worst == .error }.map(\.consumer.name)
        let saying = check.answers.lazy.flatMap(\.imageFindings).first { $0.severity == .error }?.saying
        guard !names.isEmpty else { return }
        context.record(
            .warning("\(names.joined(separator: ", ")) will refuse it" + (saying.map { ": \"\($0)\"" } ?? ""))
        )
    }

    /// One line: the module, and who takes it.
    private func report(_ name: String, _ module: ModuleInspection, _ check: PluginCheck?) {
        let marks = (check?.answers ?? []).map { answer in
            "\(answer.worst == .error ? Terminal.cross : Terminal.checkMark) \(answer.consumer.name)"
        }
        context.record(
            .step("check", ([name, module.summary] + marks).joined(separator: "  "))
        )
    }

    private func judge(_ check: PluginCheck, refusing: Bool, called name: String) throws(Failure) {
        let findings = FindingList(check)
        for row in findings.rows where row.finding.severity == .warning || !refusing && row.isRefusal {
            context.record(.warning(row.line + row.quotation))
        }
        let refusals = findings.rows.filter(\.isRefusal)
        guard refusing, let first = refusals.first else { return }
        throw Failure(
            .checkFailed,
            "\(name) would not be loaded: \(first.line)",
            why: first.finding.saying.map { "they will say \"\($0)\"" }
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
    fileprivate var quotation: String { finding.saying.map { "; they will say \"\($0)\"" } ?? "" }
}
