import Diagnostics
import Wasm

/// A module's memory, and how its language uses it.
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
                "it exports no memory: Envoy's process dies at the first host call that passes a pointer",
                try: ["export the memory; linkers do so unless they are told not to"]
            )
        ]
    }

    /// TinyGo's default collector takes numbers for pointers and keeps what they seem to point to.
    var collectorFindings: [Finding] {
        guard sdk == .tinyGo, hasDefaultCollector else { return [] }
        return [
            Finding(
                "tinygo-gc-leak",
                .note,
                "it seems to have TinyGo's default garbage collector, with which plugins in Envoy need more and more memory",
                try: [
                    "Go 1.24 or later instead of TinyGo: GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared",
                    "with nottinygc: tinygo build -gc=custom -tags='custommalloc nottinygc_envoy'",
                ]
            )
        ]
    }

    /// A guess.
    ///
    /// It rests on the collector's functions where the names are there, else on the C allocator that TinyGo exports unless
    /// another one is built in. nottinygc exports `onCollectionEvent` and is made of bdwgc and mimalloc.
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
