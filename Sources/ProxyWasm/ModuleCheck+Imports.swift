import Diagnostics
import Wasm

/// What a module asks its host for, and what the host has.
extension ModuleCheck {
    var importFindings: [Finding] {
        var findings: [Finding] = []
        var newer: [EnvoyGeneration: [ModuleImport]] = [:]
        var last: [String: (count: Int, finding: Finding)] = [:]
        // What nobody will read is counted, not worded again: there may be a million imports of a thousand parameters.
        func add(_ make: @autoclosure () -> Finding, _ id: String) {
            let count = last[id]?.count ?? 0
            let finding = count < Self.limitPerKind ? make() : last[id]?.finding ?? make()
            last[id] = (count + 1, finding)
            findings.append(finding)
        }
        for one in module.imports {
            switch one.type {
            case .function(let type):
                guard let function = HostFunction.named(one.name, of: one.module), isOffered(function) else {
                    add(missing(one), "missing-import")
                    continue
                }
                if function.type != type {
                    add(mismatch(one, type, function), "import-type-mismatch")
                } else if function.since > .baseline {
                    newer[function.since, default: []].append(one)
                }
            case .global: add(global(one), "imported-global")
            case .memory, .table, .tag: break
            }
        }
        for generation in EnvoyGeneration.allCases {
            if let imports = newer[generation], let first = imports.first {
                findings.append(onlyNewer(imports, first, generation))
            }
        }
        return findings
    }

    /// Whether the host has it for the module's version of the interface; any version is right without a marker.
    private func isOffered(_ function: HostFunction) -> Bool {
        function.hosts.contains(host) && (abi.map(function.abis.contains) ?? true)
    }

    private func missing(_ one: ModuleImport) -> Finding {
        let function = HostFunction.named(one.name, of: one.module)
        let advice = ImportAdvice(for: one, sdk: sdk)
        let message: String
        var hints = advice.hints
        if let function, let abi, !function.abis.contains(abi) {
            let others = function.abis.map(\.rawValue).joined(separator: " and ")
            message =
                "it imports \(one.path), which proxy-wasm ABI \(others) has, but it says that it is for \(abi.rawValue)"
            hints = [
                "build it with an SDK for ABI \(others), or without what calls \(one.name)"
            ]
        } else if let function, !function.hosts.contains(host) {
            message = "it imports \(one.path), which only Higress has"
            hints = ["run it in Higress, or build it with an SDK that is not Higress's"]
        } else {
            message = "it imports \(one.path), which no Envoy has\(advice.origin.map { ": \($0)" } ?? "")"
        }
        return Finding(
            "missing-import",
            .error,
            message,
            consumerMessage: Self.missingSaying(one),
            try: hints,
            offset: one.offset
        )
    }

    private func mismatch(_ one: ModuleImport, _ type: FunctionType, _ function: HostFunction) -> Finding {
        let wanted = type.envoyNotation
        let offered = function.type.envoyNotation
        let isOdd = ["path_link", "path_symlink"].contains(function.name)
        return Finding(
            "import-type-mismatch",
            .error,
            "it imports \(one.path) as \(wanted), but Envoy has it as \(offered)",
            consumerMessage: "Failed to load Wasm module due to an import type mismatch: \(one.path), "
                + "want: \(wanted), but host exports: \(offered)",
            try: [
                isOdd
                    ? "no Envoy has WASI's own type of \(function.name): leave out what makes links between files"
                    : "declare it as Envoy has it, or use a current proxy-wasm SDK"
            ],
            offset: one.offset
        )
    }

    private func global(_ one: ModuleImport) -> Finding {
        Finding(
            "imported-global",
            .error,
            "it imports the global \(one.path), and Envoy has none to give",
            consumerMessage: Self.missingSaying(one),
            try: ImportAdvice(for: one, sdk: sdk).hints,
            offset: one.offset
        )
    }

    private func onlyNewer(
        _ imports: [ModuleImport],
        _ first: ModuleImport,
        _ generation: EnvoyGeneration
    ) -> Finding {
        let names = imports.prefix(5).map(\.path).joined(separator: ", ")
        let more = imports.count > 5 ? " and \(imports.count - 5) more" : ""
        return Finding(
            "newer-envoy-import",
            .warning,
            "only an Envoy with changes of \(generation.since) has what it imports: \(names)\(more)",
            consumerMessage: Self.missingSaying(first),
            try: ImportAdvice(for: first, sdk: sdk).hints,
            offset: first.offset
        )
    }

    private static func missingSaying(_ one: ModuleImport) -> String {
        "Failed to load Wasm module due to a missing import: \(one.path)"
    }
}

extension ModuleImport {
    /// Both names, as Envoy writes them and as they may be shown.
    var path: String { "\(module).\(name)".shown }
}

extension ExternalType {
    /// The type in it that Envoy does not survive to look at; any tag is such.
    var crashingType: String? {
        switch self {
        case .function(let type): type.crashingType?.envoyNotation
        case .table(let type, _), .global(let type, _): type.isDeadly ? type.envoyNotation : nil
        case .memory: nil
        case .tag: "tag"
        }
    }
}
