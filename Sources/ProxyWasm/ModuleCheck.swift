package import Diagnostics
package import Wasm

/// What a proxy will say about a module when it loads it, known before.
///
/// The rules are those of proxy-wasm-cpp-host and of the V8 in Envoy. Function bodies are not looked into, and nothing is
/// run: a note says so.
package struct ModuleCheck: Sendable {
    /// What was checked.
    package let module: Module
    /// The proxy that would run it.
    package let host: ProxyHost
    /// The version of the interface that the module was made for; `nil` without a marker.
    package let abi: ProxyWasmABI?
    /// What it is for, a guess; `nil` when nothing tells.
    package let pluginType: PluginType?
    /// What it was made with, a guess; `nil` when nothing tells.
    package let sdk: PluginSDK?
    /// What was found, in the order in which Envoy would trip over it: its first error is the one that Envoy prints.
    package private(set) var findings: [Finding] = []

    /// The functions that the module exports.
    let functions: [String: FunctionType]

    private let corruptions: [Corruption]

    /// Checks a module for one proxy.
    package init(_ reading: EnvoyReading, host: ProxyHost = .envoy) {
        let module = reading.module
        self.module = module
        corruptions = reading.corruptions
        self.host = host
        var functions: [String: FunctionType] = [:]
        for export in module.exports {
            if case .function(let type) = export.type { functions[export.name] = type }
        }
        self.functions = functions
        abi = module.exports.lazy.compactMap(\.abi).first
        pluginType = PluginType(exporting: Set(functions.keys))
        sdk = PluginSDK(of: module)
        findings = Self.limited(inOrder)
    }

    /// The worst severity among the findings.
    package var verdict: Finding.Severity? { findings.map(\.severity).max() }

    private var inOrder: [Finding] {
        var steps: [LoadStep: [Finding]] = [
            .findMarker: markerFindings,
            .describeImports: crashingImportFindings,
            .link: importFindings + largeMemoryImportFindings,
            .instantiate: largeMemoryFindings + storeImportFindings + startSectionFindings,
            .describeExports: crashingExportFindings,
            .lookUp: callbackFindings,
            .start: startFindings,
            .run: memoryFindings + collectorFindings + [Self.bodiesAreNotValidated],
        ]
        for corruption in corruptions {
            steps[corruption.step, default: []].insert(.corrupted(corruption), at: 0)
        }
        for problem in module.problems {
            steps[LoadStep(problem.kind), default: []].insert(.problem(problem), at: 0)
        }
        return LoadStep.allCases.flatMap { step in
            // One after the other through the file, as Envoy goes; what has no place comes last.
            (steps[step] ?? []).enumerated().sorted { one, other in
                (one.element.offset ?? .max, one.offset) < (other.element.offset ?? .max, other.offset)
            }.map(\.element)
        }
    }

    /// Whether all exports are known: without that, nobody can say that one is missing.
    ///
    /// What an export is stands in the sections before; one that the reader could not make sense of hides it.
    var exportsAreKnown: Bool {
        let exports = module.outline.sections.first { $0.id == 7 }
        let isWalkedThrough = !corruptions.contains { $0.step == .readExports }
        return isWalkedThrough
            && !module.problems.contains { problem in
                isInExports(problem)
                    || problem.kind == .invalid && problem.offset <= exports?.offset ?? .max
            }
    }

    /// Whether a problem lies within a section of exports.
    private func isInExports(_ problem: ModuleProblem) -> Bool {
        module.outline.sections.contains { section in
            section.id == 7 && problem.offset >= section.offset
                && problem.offset - section.offset <= section.size
        }
    }

    /// Nobody reads a thousand sentences of one kind.
    private static func limited(_ findings: [Finding]) -> [Finding] {
        var counts: [String: Int] = [:]
        var kept: [Finding] = []
        var left: Finding.Severity?
        for finding in findings {
            counts[finding.id, default: 0] += 1
            if counts[finding.id, default: 0] <= limitPerKind {
                kept.append(finding)
            } else {
                left = max(left ?? .note, finding.severity)
            }
        }
        guard let left else { return kept }
        let more = findings.count - kept.count
        return kept + [Finding("more-findings", left, "\(more) more findings of the same kinds are left out")]
    }

    static let limitPerKind = 100

    private static let bodiesAreNotValidated = Finding(
        "function-bodies-not-validated",
        .note,
        "the bodies of its functions are not validated here, and nothing of it is run",
        try: ["wasmpack check --envoy has a real Envoy do both"]
    )
}

extension ModuleExport {
    /// The version of the interface whose marker this is: a function of any type, exported under the marker's name.
    package var abi: ProxyWasmABI? {
        guard case .function = type else { return nil }
        return ProxyWasmABI(marker: name)
    }
}

extension String {
    /// A name from a module as it may be shown.
    var shown: String { truncated(to: 200).printable }
}
