package import Diagnostics
package import Wasm

/// The findings that predict whether a proxy loads a module.
///
/// The rules are those of proxy-wasm-cpp-host and of the V8 in Envoy. Nothing is run.
package struct ModuleCheck: Sendable {
    /// The checked module.
    package let module: Module
    /// The proxy that would run it.
    package let host: ProxyHost
    /// The release of that proxy; `nil` if it is not known.
    package let release: EnvoyRelease?
    /// The ABI version of the module; `nil` without a marker.
    package let abi: ProxyWasmABI?
    /// The types of plugin of which the module has callbacks.
    package let pluginTypes: [PluginType]
    /// The guessed SDK; `nil` if unknown.
    package let sdk: PluginSDK?
    /// The findings, in the order of Envoy's load steps: the first error is the one that Envoy prints.
    package private(set) var findings: [Finding] = []

    /// The functions that the module exports.
    let functions: [String: FunctionType]

    private let corruptions: [Corruption]

    /// Checks a module for one proxy, and for one release of it, if that is known.
    ///
    /// Ends early if the task is canceled. The findings are then incomplete, so the caller must throw the cancellation.
    package init(_ reading: EnvoyReading, host: ProxyHost = .envoy, release: EnvoyRelease? = nil) {
        let module = reading.module
        self.module = module
        corruptions = reading.corruptions
        self.host = host
        self.release = release
        var functions: [String: FunctionType] = [:]
        for export in module.exports.untilCanceled {
            if case .function(let type) = export.type { functions[export.name] = type }
        }
        self.functions = functions
        abi = module.exports.lazy.compactMap(\.abi).first
        pluginTypes = PluginType.all(exporting: functions.keys)
        sdk = PluginSDK(of: module)
        findings = findingsInLoadOrder.all
    }

    /// The guessed type of plugin; `nil` if unknown.
    package var pluginType: PluginType? { pluginTypes.first }

    /// The highest severity of the findings.
    package var verdict: Finding.Severity? { findings.map(\.severity).max() }

    /// The findings of all load steps, in their order, and within a step in the order of the file, like Envoy.
    private var findingsInLoadOrder: LimitedFindings {
        var steps: [LoadStep: [LimitedFindings]] = [
            .findMarker: [LimitedFindings(markerFindings)],
            .describeImports: [crashingImportFindings],
            .link: [importFindings, largeMemoryImportFindings],
            .instantiate: [
                LimitedFindings(largeMemoryFindings), storeImportFindings,
                LimitedFindings(startSectionFindings),
            ],
            .describeExports: [crashingExportFindings],
            .lookUp: [LimitedFindings(callbackFindings)],
            .start: [LimitedFindings(startFindings)],
            .run: [LimitedFindings(memoryFindings + collectorFindings)],
        ]
        for corruption in corruptions {
            steps[corruption.step, default: []].insert(LimitedFindings([.corrupted(corruption)]), at: 0)
        }
        for problem in module.problems {
            steps[LoadStep(problem.kind), default: []].insert(LimitedFindings([.problem(problem)]), at: 0)
        }
        var all = LimitedFindings()
        for step in LoadStep.allCases {
            var findings = LimitedFindings()
            for some in steps[step] ?? [] { findings.add(some) }
            findings.sort()
            all.add(findings)
        }
        return all
    }

    /// Whether all exports are known; otherwise a missing export cannot be reported.
    ///
    /// The types of exports are in the sections before them, so an invalid section there hides exports.
    var exportsAreKnown: Bool {
        let exports = module.outline.sections.first { $0.id == 7 }
        let isParsed = !corruptions.contains { $0.step == .readExports }
        return isParsed
            && !module.problems.contains { problem in
                isInExports(problem)
                    || problem.kind == .invalid && problem.offset <= exports?.offset ?? .max
            }
    }

    /// Whether a problem is within an export section.
    private func isInExports(_ problem: ModuleProblem) -> Bool {
        module.outline.sections.contains { section in
            section.id == 7 && problem.offset >= section.offset
                && problem.offset - section.offset <= section.size
        }
    }
}

extension ModuleExport {
    /// The ABI version whose marker this is; a marker is a function of any type.
    package var abi: ProxyWasmABI? {
        guard case .function = type else { return nil }
        return ProxyWasmABI(marker: name)
    }
}

extension String {
    /// A name from a module, shortened and safe to print.
    var shown: String { truncated(to: 200).printable }
}
