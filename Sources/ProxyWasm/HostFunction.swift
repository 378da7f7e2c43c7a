import Wasm

/// A function that a proxy offers to modules.
struct HostFunction: Sendable {
    /// The import's name within its module.
    let name: String
    /// Its type; the proxy rejects an import of another type.
    let type: FunctionType
    /// The ABI versions that have it.
    let abis: [ProxyWasmABI]
    /// The first generation of Envoy that has it.
    let since: EnvoyGeneration
    /// The proxies that have it.
    let hosts: [ProxyHost]

    /// Returns the function of any ABI version and host that an import names.
    static func named(_ name: String, of module: String) -> HostFunction? { all[module]?[name] }

    private static let all: [String: [String: HostFunction]] = {
        let files = byName(wasi)
        return ["env": byName(proxyWasm), "wasi_snapshot_preview1": files, "wasi_unstable": files]
    }()

    private static func byName(_ functions: [HostFunction]) -> [String: HostFunction] {
        Dictionary(functions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Parses a table of functions; each line has the name, the parameters and the results.
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

    /// The functions that Envoy forbids before `proxy_on_vm_start`; of `proxy_*` it allows only `proxy_log`.
    static let restrictedAtStart: Set<String> = [
        "fd_close", "fd_read", "fd_seek", "path_open", "proc_exit", "pthread_equal", "sched_yield",
    ]
    /// What Envoy 1.36 forbids there too; 1.37 allows it.
    static let restrictedAtStartBefore37: Set<String> = ["emscripten_notify_memory_growth"]
}
