import Diagnostics
import Wasm

/// Findings about imports that the host does not offer.
extension ModuleCheck {
    var importFindings: LimitedFindings {
        var findings = LimitedFindings()
        var newer: [EnvoyGeneration: [ModuleImport]] = [:]
        for moduleImport in module.imports.untilCanceled {
            switch moduleImport.type {
            case .function(let type):
                guard let function = HostFunction.named(moduleImport.name, of: moduleImport.module),
                    isOffered(function)
                else {
                    findings.add("missing-import", .error, missing(moduleImport))
                    continue
                }
                if function.type != type {
                    findings.add("import-type-mismatch", .error, mismatch(moduleImport, type, function))
                } else if function.since > .baseline {
                    newer[function.since, default: []].append(moduleImport)
                }
            case .global: findings.add("imported-global", .error, global(moduleImport))
            case .memory, .table, .tag: break
            }
        }
        for generation in EnvoyGeneration.allCases {
            if let imports = newer[generation], let first = imports.first, release?.has(generation) != true {
                findings.add(onlyNewer(imports, first, generation))
            }
        }
        return findings
    }

    /// The first generation of Envoy that has every imported function.
    package var generation: EnvoyGeneration {
        var generation = EnvoyGeneration.baseline
        for moduleImport in module.imports.untilCanceled {
            guard case .function = moduleImport.type,
                let function = HostFunction.named(moduleImport.name, of: moduleImport.module)
            else { continue }
            generation = max(generation, function.since)
        }
        return generation
    }

    /// The minor number of the oldest tried Envoy 1.x that has every imported function.
    package var minimumEnvoy: Int { max(generation.minor, EnvoyRelease.oldestTried) }

    /// Whether the host offers it for the module's ABI version; a module without a marker may use any version.
    private func isOffered(_ function: HostFunction) -> Bool {
        function.hosts.contains(host) && (abi.map(function.abis.contains) ?? true)
    }

    private func missing(_ moduleImport: ModuleImport) -> Finding {
        let function = HostFunction.named(moduleImport.name, of: moduleImport.module)
        let advice = ImportAdvice(for: moduleImport, sdk: sdk)
        let message: String
        var hints = advice.hints
        if let function, let abi, !function.abis.contains(abi) {
            let versions = function.abis.map(\.rawValue).joined(separator: " and ")
            message =
                "it imports \(moduleImport.path) of proxy-wasm ABI \(versions), but its marker is for ABI \(abi.rawValue)"
            hints = [
                "build it with an SDK for ABI \(versions), or remove the calls of \(moduleImport.name.shown)"
            ]
        } else if let function, !function.hosts.contains(host) {
            message = "it imports \(moduleImport.path), which only Higress has"
            hints = ["run it in Higress, or build it with another SDK"]
        } else {
            message =
                "it imports \(moduleImport.path), which no Envoy has"
                + (advice.origin.map { ": \($0)" } ?? "")
        }
        return Finding(
            "missing-import",
            .error,
            message,
            consumerMessage: Self.missingMessage(moduleImport),
            try: hints,
            about: Finding.Subject(moduleImport.path, "functions"),
            offset: moduleImport.offset
        )
    }

    private func mismatch(
        _ moduleImport: ModuleImport,
        _ type: FunctionType,
        _ function: HostFunction
    ) -> Finding {
        let wanted = type.envoyNotation
        let offered = function.type.envoyNotation
        let isOdd = ["path_link", "path_symlink"].contains(function.name)
        return Finding(
            "import-type-mismatch",
            .error,
            "it imports \(moduleImport.path) as \(wanted), but Envoy declares it as \(offered)",
            consumerMessage: "Failed to load Wasm module due to an import type mismatch: "
                + "\(moduleImport.path), want: \(wanted), but host exports: \(offered)",
            try: [
                isOdd
                    ? "remove the code that creates links: Envoy declares \(function.name) differently from WASI"
                    : "declare it with Envoy's type, or use a current proxy-wasm SDK"
            ],
            offset: moduleImport.offset
        )
    }

    private func global(_ moduleImport: ModuleImport) -> Finding {
        Finding(
            "imported-global",
            .error,
            "it imports the global \(moduleImport.path), but Envoy offers no globals",
            consumerMessage: Self.missingMessage(moduleImport),
            try: ImportAdvice(for: moduleImport, sdk: sdk).hints,
            about: Finding.Subject(moduleImport.path, "globals", as: "the global \(moduleImport.path)"),
            offset: moduleImport.offset
        )
    }

    private func onlyNewer(
        _ imports: [ModuleImport],
        _ first: ModuleImport,
        _ generation: EnvoyGeneration
    ) -> Finding {
        let names = imports.prefix(5).map(\.path).joined(separator: ", ")
        let more = imports.count > 5 ? " and \(imports.count - 5) more" : ""
        let lacking = release.flatMap { $0.has(generation) == false ? "\($0.title) lacks" : nil }
        let functions =
            lacking.map { "\($0); Envoy has them since \(generation.firstReleases)" }
            ?? "Envoy has only since \(generation.firstReleases)"
        return Finding(
            "newer-envoy-import",
            lacking == nil ? .warning : .error,
            "it imports functions that \(functions): \(names)\(more)",
            consumerMessage: Self.missingMessage(first),
            try: ImportAdvice(for: first, sdk: sdk).hints,
            offset: first.offset
        )
    }

    private static func missingMessage(_ moduleImport: ModuleImport) -> String {
        "Failed to load Wasm module due to a missing import: \(moduleImport.path)"
    }
}

extension ModuleImport {
    /// Both names in Envoy's notation, safe to print.
    var path: String { "\(module).\(name)".shown }
}

extension ExternalType {
    /// The type in it that crashes Envoy; every tag does.
    var crashingType: String? {
        switch self {
        case .function(let type): type.crashingType?.envoyNotation
        case .table(let type, _), .global(let type, _): type.crashesEnvoy ? type.envoyNotation : nil
        case .memory: nil
        case .tag: "tag"
        }
    }
}
