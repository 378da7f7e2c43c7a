import Diagnostics
import Wasm

/// Findings about a module's memory and garbage collector.
extension ModuleCheck {
    var memoryFindings: [Finding] {
        let isReachable =
            module.exports.contains { $0.type.kind == "memory" }
            || module.imports.contains { $0.type.kind == "memory" }
        let callsOut = module.imports.contains { $0.type.kind == "function" }
        guard !isReachable, callsOut, exportsAreKnown else { return [] }
        return [
            Finding(
                "unreachable-memory",
                .warning,
                "it exports no memory: Envoy crashes at the first host call that passes a pointer",
                try: ["export the memory, as linkers do by default"]
            )
        ]
    }

    /// TinyGo's default collector treats numbers as pointers and keeps the memory that they seem to point to.
    var collectorFindings: [Finding] {
        guard sdk == .tinyGo, hasDefaultCollector else { return [] }
        return [
            Finding(
                "tinygo-gc-leak",
                .note,
                "it seems to use TinyGo's default garbage collector; such plugins need more and more memory in Envoy",
                try: [
                    "use Go 1.24 or later instead of TinyGo: GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared",
                    "use nottinygc: tinygo build -gc=custom -tags='custommalloc nottinygc_envoy'",
                ]
            )
        ]
    }

    /// Guesses whether the module uses TinyGo's default collector.
    ///
    /// Uses the function names if the module has them, else the C allocator that TinyGo exports by default.
    /// nottinygc exports `onCollectionEvent` and contains bdwgc and mimalloc.
    private var hasDefaultCollector: Bool {
        let others = ["github.com/wasilibs/nottinygc", "GC_malloc", "mi_malloc"]
        if functions["onCollectionEvent"] != nil || module.hasFunction(startingWith: others) { return false }
        guard module.functionNames.isEmpty else {
            return module.hasFunction(startingWith: [
                "runtime.runGC", "runtime.markRoots", "(*runtime.gcBlock)", "(runtime.gcBlock)",
            ])
        }
        return ["malloc", "free", "calloc", "realloc"].allSatisfy { functions[$0] != nil }
    }
}
