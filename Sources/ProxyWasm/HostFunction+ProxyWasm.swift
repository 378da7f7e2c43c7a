/// The host functions of the module `env` (proxy-wasm-cpp-host, `exports.h` and `wasm.cc`).
extension HostFunction {
    static let proxyWasm =
        table(
            """
            proxy_log                           iii           i
            proxy_get_status                    iii           i
            proxy_set_property                  iiii          i
            proxy_get_property                  iiii          i
            proxy_send_local_response           iiiiiiii      i
            proxy_get_shared_data               iiiii         i
            proxy_set_shared_data               iiiii         i
            proxy_register_shared_queue         iii           i
            proxy_resolve_shared_queue          iiiii         i
            proxy_dequeue_shared_queue          iii           i
            proxy_enqueue_shared_queue          iii           i
            proxy_get_header_map_value          iiiii         i
            proxy_add_header_map_value          iiiii         i
            proxy_replace_header_map_value      iiiii         i
            proxy_remove_header_map_value       iii           i
            proxy_get_header_map_pairs          iii           i
            proxy_set_header_map_pairs          iii           i
            proxy_get_header_map_size           ii            i
            proxy_get_buffer_status             iii           i
            proxy_get_buffer_bytes              iiiii         i
            proxy_set_buffer_bytes              iiiii         i
            proxy_http_call                     iiiiiiiiii    i
            proxy_grpc_call                     iiiiiiiiiiii  i
            proxy_grpc_stream                   iiiiiiiii     i
            proxy_grpc_close                    i             i
            proxy_grpc_cancel                   i             i
            proxy_grpc_send                     iiii          i
            proxy_set_tick_period_milliseconds  i             i
            proxy_get_current_time_nanoseconds  i             i
            proxy_define_metric                 iiii          i
            proxy_increment_metric              iI            i
            proxy_record_metric                 iI            i
            proxy_get_metric                    ii            i
            proxy_set_effective_context         i             i
            proxy_done                          -             i
            proxy_call_foreign_function         iiiiii        i
            """
        )
        + table(
            """
            proxy_get_configuration  ii            i
            proxy_continue_request   -             i
            proxy_continue_response  -             i
            proxy_clear_route_cache  -             i
            """,
            abis: [.v0_1_0]
        )
        + table(
            """
            proxy_continue_stream  i             i
            proxy_close_stream     i             i
            """,
            abis: [.v0_2_0, .v0_2_1]
        )
        + table("proxy_get_log_level  i  i", abis: [.v0_2_1])
        // For Emscripten.
        + table(
            """
            pthread_equal                    ii            i
            emscripten_notify_memory_growth  i             -
            """
        )
        // higress-group/proxy-wasm-go-sdk, `abi_hostcalls.go`
        + table(
            """
            proxy_redis_init                           iiiiiii       i
            proxy_redis_call                           iiiii         i
            proxy_inject_encoded_data_to_filter_chain  iii           i
            proxy_get_upstream_hosts                   ii            i
            proxy_set_upstream_override_host           ii            i
            """,
            hosts: [.higress]
        )
}
