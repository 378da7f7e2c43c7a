import Diagnostics
import Wasm

/// What a module does before it gets its first event: nobody knows without running it, but some of it is forbidden.
extension ModuleCheck {
    var startSectionFindings: [Finding] {
        guard let start = module.start else { return [] }
        let callsOut = module.imports.contains { $0.type.kind == "function" }
        return [
            Finding(
                "start-section",
                callsOut ? .warning : .note,
                callsOut
                    ? "function \(start) runs before Envoy is ready (start section): a call of the host there kills Envoy's process"
                    : "function \(start) runs when the module is loaded (start section): whether it ends well cannot be told",
                consumerMessage: callsOut ? nil : "Failed to create new Wasm instance",
                try: ["do it in _initialize or proxy_on_vm_start instead"]
            )
        ]
    }

    var startFindings: [Finding] {
        guard let name = hasInitialize ? "_initialize" : functions["_start"].map({ _ in "_start" }) else {
            return []
        }
        let restricted = module.imports.filter { HostFunction.isRestrictedAtStart($0) }
        guard !restricted.isEmpty else { return [] }
        // Go's _start ends every program by proc_exit, that of others only one that failed.
        let exits = name == "_start" && sdk == .go && restricted.contains { $0.name == "proc_exit" }
        let names = restricted.map(\.name).joined(separator: ", ")
        return [
            Finding(
                exits ? "start-exits" : "restricted-at-start",
                exits ? .warning : .note,
                exits
                    ? "it is a program, not a library: its _start ends by proc_exit, which Envoy does not allow there"
                    : "whether \(name) calls what Envoy does not allow there cannot be told: \(names)",
                consumerMessage: "Function: \(name) failed: Uncaught Error: restricted_callback",
                try: exits
                    ? ["Go 1.24 or later: go build -buildmode=c-shared, which has _initialize instead"]
                    : []
            )
        ]
    }
}

extension HostFunction {
    /// Whether Envoy refuses a call of it at the start.
    ///
    /// All `proxy_*` but `proxy_log` are refused too; no SDK calls those, but languages' runtimes call these.
    static func isRestrictedAtStart(_ one: ModuleImport) -> Bool {
        guard case .function = one.type, named(one.name, of: one.module) != nil else { return false }
        return restrictedAtStart.contains(one.name)
    }
}
