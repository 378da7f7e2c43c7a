import Diagnostics
import Wasm

/// The functions that Envoy looks for in a module, in the order in which it looks for them.
///
/// All that have a wrong type are named, not only the first.
extension ModuleCheck {
    var callbackFindings: [Finding] {
        var findings: [Finding] = []
        let wanted =
            hasInitialize ? Callback.initialize + Callback.main : Callback.initialize + Callback.start
        for callback in wanted { findings += wrongType(callback) }
        findings += allocatorFindings
        for callback in Callback.others where abi.map(callback.abis.contains) ?? false {
            findings += wrongType(callback)
        }
        // Without their places in the file: this is the order of the search.
        return findings
    }

    /// Whether Envoy runs `_initialize`, and `main` behind it, rather than `_start`.
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
                + "so Envoy cannot give it any data",
            consumerMessage: "Wasm module is missing malloc function.",
            try: [allocatorHint]
        )
    }

    private var allocatorHint: String {
        switch sdk {
        case .rust: "Rust: use the crate proxy-wasm as a cdylib; it exports proxy_on_memory_allocate"
        case .go: "Go: use proxy-wasm-go-sdk, which exports proxy_on_memory_allocate"
        case .tinyGo: "TinyGo: -target=wasip1 exports malloc; with -tags=custommalloc, export one of yours"
        case .cPlusPlus: "Emscripten: -sEXPORTED_FUNCTIONS=_malloc; wasi-sdk: -Wl,--export=malloc"
        case .assemblyScript: "AssemblyScript: export * from \"@solo-io/proxy-runtime/proxy\""
        case nil: "export the allocator of your program as malloc"
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

    /// The headers' callbacks changed between the versions: a module may have the one version's marker and the other's types.
    private func typeHint(_ callback: Callback, _ type: FunctionType) -> String {
        let others = Callback.others.filter { $0.name == callback.name && $0.type == type }.flatMap(\.abis)
        guard let other = others.first else {
            return "give it the type \(callback.type.envoyNotation), or export it under another name"
        }
        return
            "this is its type in ABI \(other.rawValue): the module's marker and its code belong to different versions"
    }
}
