import Diagnostics
import Wasm

/// Imported memories and tables: Envoy makes one of each for a module, of the plain kind.
extension ModuleCheck {
    /// The largest memory that an instance may begin with in Envoy: 1 GiB, in pages of 64 KiB.
    private static let pageLimit: UInt64 = 16_384

    /// The first memory of the module's own with which no instance can begin.
    var largeMemoryFindings: [Finding] {
        let memory = module.memories.first { !$0.isImported && $0.limits.minimum > Self.pageLimit }
        guard let memory else { return [] }
        return [
            Finding(
                "memory-too-large",
                .error,
                "the memory has \(memory.limits.minimum) pages at first; Envoy gives an instance at most \(Self.pageLimit), "
                    + "which is 1 GiB (at byte \(memory.offset))",
                consumerMessage: "Failed to create new Wasm instance",
                try: ["build it with less initial memory: the linker's --initial-memory"],
                offset: memory.offset
            )
        ]
    }

    /// Envoy cannot make a memory of more than 1 GiB to give it to the module.
    var largeMemoryImportFindings: [Finding] {
        module.imports.compactMap { one in
            guard case .memory(let limits) = one.type, limits.minimum > Self.pageLimit else {
                return nil
            }
            return Finding(
                "memory-too-large",
                .error,
                "it imports a memory of \(limits.minimum) pages; Envoy gives an instance at most \(Self.pageLimit), "
                    + "which is 1 GiB",
                consumerMessage: "Failed to initialize Wasm code",
                try: ["build it with less initial memory: the linker's --initial-memory"],
                offset: one.offset
            )
        }
    }

    /// Envoy makes one memory and one table, and gives the same to a second import of either.
    var storeImportFindings: [Finding] {
        var hasMemory = false
        var hasTable = false
        return module.imports.compactMap { one in
            switch one.type {
            case .memory(let limits):
                defer { hasMemory = true }
                return unsuitable("memory", one, limits, isSecond: hasMemory)
            case .table(_, let limits):
                defer { hasTable = true }
                return unsuitable("table", one, limits, isSecond: hasTable)
            case .function, .global, .tag: return nil
            }
        }
    }

    private func unsuitable(
        _ what: String,
        _ one: ModuleImport,
        _ limits: Limits,
        isSecond: Bool
    ) -> Finding? {
        let reason: String
        if isSecond {
            reason = "it imports \(one.path) besides another \(what), and Envoy has one to give"
        } else if limits.isShared {
            reason = "it imports the \(what) \(one.path) as shared by threads, and Envoy's is not"
        } else if limits.is64 {
            reason = "it imports the \(what) \(one.path) with 64-bit addresses, and Envoy's has 32"
        } else {
            return nil
        }
        return Finding(
            "unsuitable-import",
            .error,
            reason,
            consumerMessage: "Failed to create new Wasm instance",
            try: ["let the module have a \(what) of its own, and export it"],
            offset: one.offset
        )
    }
}
