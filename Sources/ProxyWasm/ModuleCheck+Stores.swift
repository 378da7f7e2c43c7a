import Diagnostics
import Wasm

/// Findings about memories and tables. Envoy creates one memory and one table, neither shared nor 64-bit.
extension ModuleCheck {
    /// The largest initial memory of an instance in Envoy: 1 GiB, in pages of 64 KiB.
    private static let pageLimit: UInt64 = 16_384

    /// The finding about the module's first memory that is too large.
    var largeMemoryFindings: [Finding] {
        let memory = module.memories.first { !$0.isImported && $0.limits.minimum > Self.pageLimit }
        guard let memory else { return [] }
        return [
            Finding(
                "memory-too-large",
                .error,
                "the memory starts with \(memory.limits.minimum) pages; Envoy allows at most \(Self.pageLimit) pages, "
                    + "1 GiB (at byte \(memory.offset))",
                consumerMessage: "Failed to create new Wasm instance",
                try: ["reduce the initial memory with the linker's --initial-memory"],
                offset: memory.offset
            )
        ]
    }

    /// The findings about imported memories over 1 GiB, which Envoy cannot create.
    var largeMemoryImportFindings: LimitedFindings {
        var findings = LimitedFindings()
        for moduleImport in module.imports.untilCanceled {
            guard case .memory(let limits) = moduleImport.type, limits.minimum > Self.pageLimit else {
                continue
            }
            findings.add(
                "memory-too-large",
                .error,
                Finding(
                    "memory-too-large",
                    .error,
                    "it imports a memory of \(limits.minimum) pages; Envoy allows at most \(Self.pageLimit) pages, 1 GiB",
                    consumerMessage: "Failed to initialize Wasm code",
                    try: ["reduce the initial memory with the linker's --initial-memory"],
                    offset: moduleImport.offset
                )
            )
        }
        return findings
    }

    /// The findings about imported memories and tables that Envoy cannot provide.
    ///
    /// A second import would get the same memory or table as the first.
    var storeImportFindings: LimitedFindings {
        var findings = LimitedFindings()
        var seen: Set<String> = []
        for moduleImport in module.imports.untilCanceled {
            switch moduleImport.type {
            case .memory(let limits), .table(_, let limits):
                let what = moduleImport.type.kind
                let isSecond = !seen.insert(what).inserted
                guard isSecond || limits.isShared || limits.is64 else { continue }
                findings.add(
                    "unsuitable-import",
                    .error,
                    Self.unsuitable(what, moduleImport, limits, isSecond: isSecond)
                )
            case .function, .global, .tag: break
            }
        }
        return findings
    }

    private static func unsuitable(
        _ what: String,
        _ moduleImport: ModuleImport,
        _ limits: Limits,
        isSecond: Bool
    ) -> Finding {
        let reason: String
        if isSecond {
            reason = "it imports \(moduleImport.path) as a second \(what), but Envoy provides only one"
        } else if limits.isShared {
            reason = "it imports the \(what) \(moduleImport.path) as shared, but Envoy's is not shared"
        } else {
            reason =
                "it imports the \(what) \(moduleImport.path) with 64-bit addresses, but Envoy's has 32-bit addresses"
        }
        return Finding(
            "unsuitable-import",
            .error,
            reason,
            consumerMessage: "Failed to create new Wasm instance",
            try: ["define the \(what) in the module, and export it"],
            offset: moduleImport.offset
        )
    }
}
