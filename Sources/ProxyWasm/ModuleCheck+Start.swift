import Diagnostics
import Wasm

/// Findings about code that runs at start. Some host calls are forbidden there; only a real run shows whether they happen.
extension ModuleCheck {
    var startSectionFindings: [Finding] {
        guard let start = module.start else { return [] }
        let callsOut = module.imports.contains { $0.type.kind == "function" }
        return [
            Finding(
                "start-section",
                callsOut ? .warning : .note,
                callsOut
                    ? "the start section runs function \(start) before Envoy is ready: a host call there crashes Envoy"
                    : "the start section runs function \(start) at load; wasmpack cannot tell whether it fails",
                consumerMessage: callsOut ? nil : "Failed to create new Wasm instance",
                try: ["move this code to _initialize or proxy_on_vm_start"]
            )
        ]
    }

    var startFindings: [Finding] {
        guard let name = hasInitialize ? "_initialize" : functions["_start"].map({ _ in "_start" }) else {
            return []
        }
        let restricted = module.imports.filter { HostFunction.isRestrictedAtStart($0, in: release) }
        guard !restricted.isEmpty else { return [] }
        // Go's _start ends every program with proc_exit; other languages call it only after a failure.
        let exits = name == "_start" && sdk == .go && restricted.contains { $0.name == "proc_exit" }
        let names = restricted.map(\.name).joined(separator: ", ")
        return [
            Finding(
                exits ? "start-exits" : "restricted-at-start",
                exits ? .warning : .note,
                exits
                    ? "it is a program, not a library: its _start ends with proc_exit, which Envoy forbids there"
                    : "wasmpack cannot tell whether \(name) calls functions that Envoy forbids there: \(names)",
                consumerMessage: "Function: \(name) failed: Uncaught Error: restricted_callback",
                try: exits
                    ? ["Go 1.24 or later: go build -buildmode=c-shared, which has _initialize instead"]
                    : []
            )
        ]
    }
}

extension HostFunction {
    /// Whether Envoy forbids calling it at start.
    ///
    /// Envoy forbids all `proxy_*` except `proxy_log` too, but only language runtimes call functions that early.
    static func isRestrictedAtStart(_ moduleImport: ModuleImport, in release: EnvoyRelease?) -> Bool {
        guard case .function = moduleImport.type,
            named(moduleImport.name, of: moduleImport.module) != nil
        else { return false }
        return restrictedAtStart.contains(moduleImport.name)
            || release.map { $0.minor < 37 } ?? false && restrictedAtStartBefore37.contains(moduleImport.name)
    }
}
