import Wasm

/// A function of the module that a proxy calls, if the module exports it; one of another type refuses the module.
struct Callback: Sendable {
    /// The export's name.
    let name: String
    /// What it has to take and to give.
    let type: FunctionType
    /// The versions of the interface in which the proxy looks for it.
    let abis: [ProxyWasmABI]

    /// Run at the start, before anything else; ``main`` follows it.
    static let initialize = table("_initialize  -  -")
    /// Looked for after a right `_initialize`.
    static let main = table(
        """
        main         ii  i
        __main_void  -   i
        """
    )
    /// Looked for, and run at the start, without a right `_initialize`.
    static let start = table("_start  -  -")
    /// The first that the module exports with the right type gives the proxy memory in the module.
    static let allocators = table(
        """
        malloc                    i  i
        proxy_on_memory_allocate  i  i
        """
    )
    /// The rest, in the order in which Envoy looks for them (proxy-wasm-cpp-host, `wasm.cc`, `getFunctions`).
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

    /// Reads a table of callbacks: per line the name, the parameters and the results.
    private static func table(
        _ lines: String,
        abis: [ProxyWasmABI] = ProxyWasmABI.allCases
    ) -> [Callback] {
        lines.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 3, let type = FunctionType(words[1], words[2]) else { return nil }
            return Callback(name: String(words[0]), type: type, abis: abis)
        }
    }
}
