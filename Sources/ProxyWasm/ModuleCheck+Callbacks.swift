import Diagnostics
import Wasm

/// Findings about the functions that Envoy calls, in the order of Envoy's search.
///
/// Every function of a wrong type is reported, not only the first.
extension ModuleCheck {
    var callbackFindings: [Finding] {
        var findings: [Finding] = []
        let main = Callback.main.filter { release?.has($0.since) != false }
        let wanted = Callback.initialize + (hasInitialize ? main : Callback.start)
        for callback in wanted { findings += wrongType(callback) }
        findings += allocatorFindings
        for callback in Callback.others where abi.map(callback.abis.contains) ?? false {
            findings += wrongType(callback)
        }
        // These findings have no offsets, so that they stay in the order of the search.
        return findings
    }

    /// Whether Envoy runs `_initialize` and then `main`, instead of `_start`.
    var hasInitialize: Bool { Callback.initialize.contains { functions[$0.name] == $0.type } }

    private var allocatorFindings: [Finding] {
        var findings: [Finding] = []
        for callback in Callback.allocators {
            guard let type = functions[callback.name] else { continue }
            if type == callback.type { return findings }
            findings += wrongType(callback)
        }
        guard exportsAreKnown else { return findings }
        return findings + [missingAllocator]
    }

    private var missingAllocator: Finding {
        Finding(
            "missing-malloc",
            .error,
            "it exports no function malloc or proxy_on_memory_allocate of the type i32 -> i32, "
                + "so Envoy cannot pass data to it",
            consumerMessage: "Wasm module is missing malloc function.",
            try: [allocatorHint]
        )
    }

    private var allocatorHint: String {
        switch sdk {
        case .rust: "Rust: use the crate proxy-wasm as a cdylib; it exports proxy_on_memory_allocate"
        case .go: "Go: use proxy-wasm-go-sdk, which exports proxy_on_memory_allocate"
        case .tinyGo: "TinyGo: -target=wasip1 exports malloc; with -tags=custommalloc, export your own"
        case .cPlusPlus: "Emscripten: -sEXPORTED_FUNCTIONS=_malloc; wasi-sdk: -Wl,--export=malloc"
        case .assemblyScript: "AssemblyScript: export * from \"@solo-io/proxy-runtime/proxy\""
        case nil: "export your program's allocator as malloc"
        }
    }

    private func wrongType(_ callback: Callback) -> [Finding] {
        guard let type = functions[callback.name], type != callback.type else { return [] }
        let wanted = callback.type.envoyNotation
        let found = type.envoyNotation
        return [
            Finding(
                "callback-type-mismatch",
                .error,
                "it exports \(callback.name) as \(found), but Envoy calls it as \(wanted)",
                consumerMessage: "Bad function signature for: \(callback.name), want: \(wanted), "
                    + "but the module exports: \(found)",
                try: [typeHint(callback, type)]
            )
        ]
    }

    /// The header callbacks changed between ABI versions: the marker may be of one version and the types of another.
    private func typeHint(_ callback: Callback, _ type: FunctionType) -> String {
        let abis = Callback.others.filter { $0.name == callback.name && $0.type == type }.flatMap(\.abis)
        guard let otherABI = abis.first else {
            return "change its type to \(callback.type.envoyNotation), or export it under another name"
        }
        return
            "this is its type in ABI \(otherABI.rawValue): use the same ABI version for the marker and the code"
    }
}
