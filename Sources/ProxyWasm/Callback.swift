import Wasm

/// A function that a proxy calls if the module exports it; the proxy rejects a module that has it with another type.
struct Callback: Sendable {
    /// The export's name.
    let name: String
    /// The type that the proxy requires.
    let type: FunctionType
    /// The ABI versions in which the proxy searches for it.
    let abis: [ProxyWasmABI]
    /// The first generation of Envoy that searches for it.
    var since = EnvoyGeneration.baseline

    /// Runs first; ``main`` runs next.
    static let initialize = table("_initialize  -  -")
    /// Used after an `_initialize` of the right type.
    static let main = table("main  ii  i") + table("__main_void  -  i", since: .year2026)
    /// Runs first if no `_initialize` has the right type.
    static let start = table("_start  -  -")
    /// The allocators; the proxy uses the first that the module exports with the right type.
    static let allocators = table(
        """
        malloc                    i  i
        proxy_on_memory_allocate  i  i
        """
    )
    /// The other callbacks, in the order of Envoy's search (proxy-wasm-cpp-host, `wasm.cc`, `getFunctions`).
    static let others =
        table(
            """
            proxy_validate_configuration             ii     i
            proxy_on_vm_start                        ii     i
            proxy_on_configure                       ii     i
            proxy_on_tick                            i      -
            proxy_on_context_create                  ii     -
            proxy_on_new_connection                  i      i
            proxy_on_downstream_data                 iii    i
            proxy_on_upstream_data                   iii    i
            proxy_on_downstream_connection_close     ii     -
            proxy_on_upstream_connection_close       ii     -
            proxy_on_request_body                    iii    i
            proxy_on_request_trailers                ii     i
            proxy_on_request_metadata                ii     i
            proxy_on_response_body                   iii    i
            proxy_on_response_trailers               ii     i
            proxy_on_response_metadata               ii     i
            proxy_on_http_call_response              iiiii  -
            proxy_on_grpc_receive                    iii    -
            proxy_on_grpc_close                      iii    -
            proxy_on_grpc_receive_initial_metadata   iii    -
            proxy_on_grpc_receive_trailing_metadata  iii    -
            proxy_on_queue_ready                     ii     -
            proxy_on_done                            i      i
            proxy_on_log                             i      -
            proxy_on_delete                          i      -
            """
        )
        + table(
            """
            proxy_on_request_headers   ii  i
            proxy_on_response_headers  ii  i
            """,
            abis: [.v0_1_0]
        )
        + table(
            """
            proxy_on_request_headers   iii  i
            proxy_on_response_headers  iii  i
            proxy_on_foreign_function  iii  -
            """,
            abis: [.v0_2_0, .v0_2_1]
        )

    /// Parses a table of callbacks; each line has the name, the parameters and the results.
    private static func table(
        _ lines: String,
        abis: [ProxyWasmABI] = ProxyWasmABI.allCases,
        since: EnvoyGeneration = .baseline
    ) -> [Callback] {
        lines.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 3, let type = FunctionType(words[1], words[2]) else { return nil }
            return Callback(name: String(words[0]), type: type, abis: abis, since: since)
        }
    }
}
