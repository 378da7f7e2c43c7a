import Wasm

/// A function that a proxy offers to modules.
struct HostFunction: Sendable {
    /// The second name of its import.
    let name: String
    /// What it takes and gives; an import of another type is refused.
    let type: FunctionType
    /// The versions of the interface that have it.
    let abis: [ProxyWasmABI]
    /// The first Envoys that have it.
    let since: EnvoyGeneration
    /// Who has it.
    let hosts: [ProxyHost]

    /// The function that an import asks for, of any version and host.
    static func named(_ name: String, of module: String) -> HostFunction? { all[module]?[name] }

    private static let all: [String: [String: HostFunction]] = {
        let files = byName(wasi)
        return ["env": byName(proxyWasm), "wasi_snapshot_preview1": files, "wasi_unstable": files]
    }()

    private static func byName(_ functions: [HostFunction]) -> [String: HostFunction] {
        Dictionary(functions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Reads a table of functions: per line the name, the parameters and the results.
    static func table(
        _ lines: String,
        abis: [ProxyWasmABI] = ProxyWasmABI.allCases,
        since: EnvoyGeneration = .baseline,
        hosts: [ProxyHost] = ProxyHost.allCases
    ) -> [HostFunction] {
        lines.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 3, let type = FunctionType(words[1], words[2]) else { return nil }
            return HostFunction(name: String(words[0]), type: type, abis: abis, since: since, hosts: hosts)
        }
    }

    /// Whether Envoy stops a module that calls it before `proxy_on_vm_start`; of `proxy_*` only `proxy_log` is allowed.
    static let restrictedAtStart: Set<String> = [
        "fd_close", "fd_read", "fd_seek", "path_open", "proc_exit", "pthread_equal", "sched_yield",
    ]
}
