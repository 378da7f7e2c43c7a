"""Modules whose imports, exports and start are valid or invalid for a proxy: half of the oracle's corpus."""

from wasm_assembler import (
    DROP, GLOBAL_KIND, MEMORY_KIND, TABLE_KIND, TAG_KIND, UNREACHABLE,
    Plugin, call, global_type, i32, limits, table, unsigned,
)  # fmt: skip

WASI = "wasi_snapshot_preview1"

COMMON = """
proxy_log iii:i|proxy_get_status iii:i|proxy_set_property iiii:i|proxy_get_property iiii:i
proxy_send_local_response iiiiiiii:i|proxy_get_shared_data iiiii:i|proxy_set_shared_data iiiii:i
proxy_register_shared_queue iii:i|proxy_resolve_shared_queue iiiii:i|proxy_dequeue_shared_queue iii:i
proxy_enqueue_shared_queue iii:i|proxy_get_header_map_value iiiii:i|proxy_add_header_map_value iiiii:i
proxy_replace_header_map_value iiiii:i|proxy_remove_header_map_value iii:i|proxy_get_header_map_pairs iii:i
proxy_set_header_map_pairs iii:i|proxy_get_header_map_size ii:i|proxy_get_buffer_status iii:i
proxy_get_buffer_bytes iiiii:i|proxy_set_buffer_bytes iiiii:i|proxy_http_call iiiiiiiiii:i
proxy_grpc_call iiiiiiiiiiii:i|proxy_grpc_stream iiiiiiiii:i|proxy_grpc_close i:i|proxy_grpc_cancel i:i
proxy_grpc_send iiii:i|proxy_set_tick_period_milliseconds i:i|proxy_get_current_time_nanoseconds i:i
proxy_define_metric iiii:i|proxy_increment_metric iI:i|proxy_record_metric iI:i|proxy_get_metric ii:i
proxy_set_effective_context i:i|proxy_done :i|proxy_call_foreign_function iiiiii:i
"""
OF_AN_ABI = {
    "0_1_0": "proxy_get_configuration ii:i|proxy_continue_request :i|proxy_continue_response :i|proxy_clear_route_cache :i",
    "0_2_0": "proxy_continue_stream i:i|proxy_close_stream i:i",
    "0_2_1": "proxy_continue_stream i:i|proxy_close_stream i:i|proxy_get_log_level i:i",
}
EMSCRIPTEN = "pthread_equal ii:i|emscripten_notify_memory_growth i:"
PREVIEW_1 = """
fd_write iiii:i|fd_read iiii:i|fd_seek iIii:i|fd_close i:i|fd_fdstat_get ii:i|environ_get ii:i
environ_sizes_get ii:i|args_get ii:i|args_sizes_get ii:i|clock_time_get iIi:i|random_get ii:i|proc_exit i:
path_open iiiiiIIii:i|fd_prestat_get ii:i|fd_prestat_dir_name iii:i|fd_fdstat_set_flags ii:i|sched_yield :i
poll_oneoff iiii:i|fd_fdstat_set_rights iII:i|clock_res_get ii:i|fd_advise iIIi:i|fd_allocate iII:i|fd_datasync i:i
fd_filestat_get ii:i|fd_filestat_set_size iI:i|fd_filestat_set_times iIIi:i|fd_pread iiiIi:i|fd_pwrite iiiIi:i
fd_readdir iiiIi:i|fd_renumber ii:i|fd_sync i:i|fd_tell ii:i|path_create_directory iii:i|path_filestat_get iiiii:i
path_filestat_set_times iiiiIIi:i|path_link iiiiii:i|path_readlink iiiiii:i|path_remove_directory iii:i
path_rename iiiiii:i|path_symlink iiii:i|path_unlink_file iii:i|sock_accept iii:i|sock_recv iiiiii:i
sock_send iiiii:i|sock_shutdown ii:i
"""
HIGRESS = """
proxy_redis_init iiii:i|proxy_redis_call iiiii:i|proxy_inject_encoded_data_to_filter_chain iii:i
proxy_get_upstream_hosts ii:i|proxy_set_upstream_override_host ii:i
"""
CALLBACKS = """
proxy_validate_configuration ii:i|proxy_on_vm_start ii:i|proxy_on_configure ii:i|proxy_on_tick i:
proxy_on_context_create ii:|proxy_on_new_connection i:i|proxy_on_downstream_data iii:i|proxy_on_upstream_data iii:i
proxy_on_downstream_connection_close ii:|proxy_on_upstream_connection_close ii:|proxy_on_request_headers iii:i
proxy_on_response_headers iii:i|proxy_on_request_body iii:i|proxy_on_response_body iii:i
proxy_on_request_trailers ii:i|proxy_on_response_trailers ii:i|proxy_on_request_metadata ii:i
proxy_on_response_metadata ii:i|proxy_on_http_call_response iiiii:|proxy_on_grpc_receive iii:
proxy_on_grpc_close iii:|proxy_on_grpc_receive_initial_metadata iii:|proxy_on_grpc_receive_trailing_metadata iii:
proxy_on_queue_ready ii:|proxy_on_foreign_function iii:|proxy_on_done i:i|proxy_on_log i:|proxy_on_delete i:
"""
# These reject by returning zero; the results of all other callbacks do not matter as long as nothing calls them.
SAY_YES = {"proxy_on_vm_start", "proxy_on_configure"}


def listed(table_of_functions):
    entries = [entry.split() for line in table_of_functions.split("\n") for entry in line.split("|") if entry.strip()]
    return [(title, signature) for title, signature in entries]


def of_abi(marker):
    return [(title, signature.replace("iii", "ii") if marker == "0_1_0" and title.endswith("_headers") else signature)
            for title, signature in listed(CALLBACKS)]  # fmt: skip


def bringing(functions, module="env", marker="0_2_1"):
    plugin = Plugin(marker)
    for title, signature in functions:
        plugin.bring(module, title, signature)
    return plugin


def markers():
    for marker in OF_AN_ABI:
        yield f"marker-{marker}", Plugin(marker)
    for marker in ("0_3_0", "0_2_2", "0_2_10", "0_2", "0_2_1 "):
        yield f"marker-unknown-{marker.strip()}{'-and-a-space' if marker.endswith(' ') else ''}", Plugin(marker)
    yield "marker-none", Plugin(None)
    yield "marker-upper-case", Plugin(None).define("PROXY_ABI_VERSION_0_2_1", ":")
    yield "marker-as-global", Plugin(None).variable("i", i32(1), "proxy_abi_version_0_2_1")
    yield "marker-as-memory", Plugin(None).export("proxy_abi_version_0_2_1", MEMORY_KIND, 0)
    yield "marker-as-global-then-function", Plugin(None).variable("i", i32(1), "proxy_abi_version_0_1_0").define(
        "proxy_abi_version_0_2_1", ":"
    )
    yield "marker-with-another-type", Plugin(None).define("proxy_abi_version_0_2_1", "iI:F")
    yield "marker-is-a-reexported-import", Plugin(None).bring("env", "proxy_done", ":i").export(
        "proxy_abi_version_0_2_1", 0, 0
    )
    yield "marker-twice", Plugin().define("proxy_abi_version_0_2_1", ":")
    both = Plugin("0_1_0").define("proxy_abi_version_0_2_1", ":")
    yield "marker-both-old-first", both.define("proxy_on_request_headers", "ii:i")
    both = Plugin("0_1_0").define("proxy_abi_version_0_2_1", ":")
    yield "marker-both-old-first-new-callback", both.define("proxy_on_request_headers", "iii:i")
    both = Plugin("0_2_1").define("proxy_abi_version_0_1_0", ":")
    yield "marker-both-new-first-old-import", both.bring("env", "proxy_continue_request", ":i")


def host_functions():
    for marker, own in OF_AN_ABI.items():
        yield f"env-all-of-{marker}", bringing(listed(COMMON) + listed(own) + listed(EMSCRIPTEN), marker=marker)
        yield f"all-at-once-{marker}", every(marker)
    for module in (WASI, "wasi_unstable"):
        yield f"{module}-all", bringing(listed(PREVIEW_1), module)
        yield f"{module}-path_link-standard", bringing([("path_link", "iiiiiii:i")], module)
        yield f"{module}-path_symlink-standard", bringing([("path_symlink", "iiiii:i")], module)
        yield f"{module}-fd_write-mistyped", bringing([("fd_write", "iii:i")], module)
        yield f"{module}-proc_exit-mistyped", bringing([("proc_exit", "i:i")], module)
        yield f"{module}-proc_raise", bringing([("proc_raise", "i:i")], module)
        yield f"{module}-sock_open", bringing([("sock_open", "iii:i")], module)
    for title, signature in listed(COMMON)[::3]:
        yield f"mistyped-{title}", bringing([(title, "F" + signature)])
    for title, signature in listed(EMSCRIPTEN):
        yield f"mistyped-{title}", bringing([(title, signature + "i")])
    for title, signature in listed(PREVIEW_1)[::5]:
        yield f"mistyped-{title}", bringing([(title, signature.replace(":", "f:"))], WASI)
    for marker, title, signature in (
        ("0_1_0", "proxy_continue_stream", "i:i"), ("0_1_0", "proxy_get_log_level", "i:i"),
        ("0_2_0", "proxy_get_log_level", "i:i"), ("0_2_0", "proxy_continue_request", ":i"),
        ("0_2_1", "proxy_clear_route_cache", ":i"), ("0_2_1", "proxy_get_configuration", "ii:i"),
        ("0_2_1", "proxy_continue_response", ":i"), ("0_1_0", "proxy_close_stream", "i:i"),
    ):  # fmt: skip
        yield f"of-another-abi-{marker}-{title}", bringing([(title, signature)], marker=marker)
    yield "mistyped-of-an-abi", bringing([("proxy_get_log_level", ":i")])
    for title, signature in listed(HIGRESS):
        yield f"higress-{title}", bringing([(title, signature)])
    yield "missing-env", bringing([("proxy_make_coffee", ":")])
    yield "missing-libc", bringing([("memcpy", "iii:i")])
    yield "missing-empty-names", bringing([("", ":")], "")
    yield "missing-odd-name", bringing([("a name: with -> signs", ":")])
    yield "missing-wasi-in-env", bringing([("fd_write", "iiii:i")])
    yield "missing-env-in-wasi", bringing([("proxy_log", "iii:i")], WASI)
    for module, title in (
        ("wasi_snapshot_preview2", "fd_write"), ("wasi:cli/environment@0.2.0", "get-arguments"), ("gojs", "runtime.wasmExit"),
        ("go", "debug"), ("wbg", "__wbindgen_throw"), ("__wbindgen_placeholder__", "__wbindgen_describe"), ("a", "b"),
        ("wasi_snapshot_preview0", "fd_write"), ("Env", "proxy_log"),
    ):  # fmt: skip
        yield f"missing-module-{module.replace('/', '-').replace(':', '-')}", bringing([(title, ":")], module)
    yield "missing-two-names-the-first", bringing([("proxy_first", ":"), ("proxy_second", ":")])
    yield "missing-behind-mistyped", bringing([("proxy_done", "i:"), ("proxy_second", ":")])
    yield "mistyped-behind-missing", bringing([("proxy_first", ":"), ("proxy_done", "i:")])
    yield "missing-and-mistyped-callback", bringing([("proxy_first", ":")]).define("proxy_on_tick", ":")
    yield "missing-and-no-marker", bringing([("proxy_first", ":")], marker=None)
    yield "imported-twice", bringing([("proxy_done", ":i"), ("proxy_done", ":i")])
    yield "mistyped-result", bringing([("proxy_done", ":")])
    yield "mistyped-two-results", bringing([("proxy_done", ":ii")])
    yield "mistyped-with-references", bringing([("proxy_done", "re:i")])


def every(marker):
    plugin = bringing(listed(COMMON) + listed(OF_AN_ABI[marker]) + listed(EMSCRIPTEN), marker=marker)
    for module in (WASI, "wasi_unstable"):
        for title, signature in listed(PREVIEW_1):
            plugin.bring(module, title, signature)
    for title, signature in of_abi(marker):
        plugin.define(title, signature, i32(1) if title in SAY_YES else None)
    return plugin


def other_imports():
    yield "imports-a-global", Plugin().bring_other("env", "g", GLOBAL_KIND, global_type("i"))
    yield "imports-a-global-i64-mutable", Plugin().bring_other("env", "g", GLOBAL_KIND, global_type("I", True))
    yield "imports-memory-base", Plugin().bring_other("env", "__memory_base", GLOBAL_KIND, global_type("i"))
    for letter, word in (("r", "funcref"), ("e", "externref"), ("v", "v128"), ("a", "anyref"), ("n", "ref-func")):
        yield f"imports-a-global-{word}", Plugin().bring_other("env", "g", GLOBAL_KIND, global_type(letter))
    yield "imports-a-global-v128-without-marker", Plugin(None).bring_other("env", "g", GLOBAL_KIND, global_type("v"))
    yield "imports-a-table", Plugin().bring_other("env", "__indirect_function_table", TABLE_KIND, table())
    yield "imports-a-table-externref", Plugin().bring_other("env", "t", TABLE_KIND, table("e", 0))
    yield "imports-a-table-anyref", Plugin().bring_other("env", "t", TABLE_KIND, table("a", 0))
    yield "imports-two-tables", Plugin().bring_other("env", "t", TABLE_KIND, table()).bring_other(
        "env", "u", TABLE_KIND, table()
    )
    yield "imports-a-table64", Plugin().bring_other("env", "t", TABLE_KIND, table(flags=4))
    yield "imports-a-large-table", Plugin().bring_other("env", "t", TABLE_KIND, table(minimum=10_000_000))
    yield "imports-a-table-with-maximum", Plugin().bring_other("env", "t", TABLE_KIND, table(minimum=1, maximum=1))
    for word, description in (
        ("", limits(1)), ("-empty", limits(0)), ("-with-maximum", limits(1, 2)), ("-of-16384-pages", limits(16384)),
        ("-of-16385-pages", limits(16385)), ("-shared", limits(1, 2, 2)), ("64", limits(1, None, 4)),
        ("-maximum-65536", limits(1, 65536)),
    ):  # fmt: skip
        plugin = Plugin(memories=()).bring_other("env", "memory", MEMORY_KIND, description)
        yield f"imports-a-memory{word}", plugin
    two = Plugin(memories=()).bring_other("env", "memory", MEMORY_KIND, limits(1))
    yield "imports-two-memories", two.bring_other("env", "more", MEMORY_KIND, limits(1))
    yield "imports-a-memory-and-has-one", Plugin().bring_other("env", "more", MEMORY_KIND, limits(1))
    tag = Plugin()
    yield "imports-a-tag", tag.bring_other("env", "tag", TAG_KIND, b"\0" + unsigned(tag.type("i:")))
    yield "imports-a-function-of-v128", bringing([("proxy_done", "v:i")])
    yield "imports-a-function-of-anyref", bringing([("proxy_done", "a:i")])
    yield "imports-a-function-of-exnref", bringing([("proxy_done", "x:i")])


def memories():
    for word, description in (
        ("of-16384-pages", limits(16384)), ("of-16385-pages", limits(16385)), ("of-65536-pages", limits(65536)),
        ("of-65537-pages", limits(65537)), ("empty", limits(0)), ("maximum-65536", limits(1, 65536)),
        ("maximum-below-minimum", limits(2, 1)), ("shared", limits(1, 2, 2)), ("shared-without-maximum", limits(1, None, 2)),
        ("64", limits(1, None, 4)), ("64-of-16385-pages", limits(16385, None, 4)), ("64-of-262145-pages", limits(262_145, None, 4)),
    ):  # fmt: skip
        yield f"memory-{word}", Plugin(memories=(description,))
    yield "memory-none", Plugin(memories=())
    yield "memory-unexported", Plugin(memories=()).having(memories=[limits(1)])
    yield "memory-two-one-exported", Plugin(memories=(limits(1), limits(1)))
    yield "memory-two-both-exported", Plugin(memories=(limits(1), limits(1))).export("more", MEMORY_KIND, 1)
    yield "memory-under-another-name", Plugin(memories=()).having(memories=[limits(1)]).export("ram", MEMORY_KIND, 0)
    yield "memory-exported-twice", Plugin().export("again", MEMORY_KIND, 0)
    yield "memory-second-too-large", Plugin(memories=(limits(1), limits(16385)))


def allocators():
    other = "proxy_on_memory_allocate"
    yield "malloc-none", Plugin(malloc=None)
    yield "malloc-only-the-other", Plugin(malloc=None).define(other, "i:i")
    yield "malloc-mistyped", Plugin(malloc="ii:i")
    yield "malloc-i64", Plugin(malloc="I:I")
    yield "malloc-without-result", Plugin(malloc="i:")
    yield "malloc-mistyped-other-right", Plugin(malloc="ii:i").define(other, "i:i")
    yield "malloc-right-other-mistyped", Plugin().define(other, "ii:i")
    yield "malloc-only-the-other-mistyped", Plugin(malloc=None).define(other, "ii:i")
    yield "malloc-is-a-global", Plugin(malloc=None).variable("i", i32(1), "malloc")
    yield "malloc-is-a-global-other-right", Plugin(malloc=None).variable("i", i32(1), "malloc").define(other, "i:i")
    yield "malloc-both-right", Plugin().define(other, "i:i")
    yield "malloc-none-and-no-marker", Plugin(None, malloc=None)
    yield "malloc-none-and-mistyped-callback", Plugin(malloc=None).define("proxy_on_tick", ":")
    yield "malloc-is-a-reexported-import", Plugin(malloc=None).bring("env", "proxy_grpc_close", "i:i").export(
        "malloc", 0, 0
    )


def callbacks():
    for marker in OF_AN_ABI:
        plugin = Plugin(marker)
        for title, signature in of_abi(marker):
            plugin.define(title, signature, i32(1) if title in SAY_YES else None)
        yield f"callbacks-all-of-{marker}", plugin
    for title, signature in listed(CALLBACKS):
        yield f"callback-mistyped-{title}", Plugin().define(title, "I" + signature)
    for marker, title, signature in (
        ("0_1_0", "proxy_on_request_headers", "iii:i"), ("0_1_0", "proxy_on_response_headers", "iii:i"),
        ("0_2_0", "proxy_on_request_headers", "ii:i"), ("0_2_1", "proxy_on_response_headers", "ii:i"),
        ("0_1_0", "proxy_on_foreign_function", ":"), ("0_2_0", "proxy_on_foreign_function", ":"),
    ):  # fmt: skip
        yield f"callback-{marker}-{title}-{signature.replace(':', '-')}", Plugin(marker).define(title, signature)
    yield "callback-result-missing", Plugin().define("proxy_on_done", "i:")
    yield "callback-result-too-much", Plugin().define("proxy_on_log", "i:i")
    yield "callback-two-results", Plugin().define("proxy_on_done", "i:ii")
    yield "callback-two-mistyped", Plugin().define("proxy_on_tick", ":").define("proxy_on_vm_start", ":")
    yield "callback-is-a-global", Plugin().variable("i", i32(0), "proxy_on_tick")
    yield "callback-is-a-reexported-import", Plugin().bring("env", "proxy_grpc_close", "i:i").export(
        "proxy_on_done", 0, 0
    )
    yield "callback-unknown", Plugin().define("proxy_on_coffee", "F:f")
    yield "free-mistyped", Plugin().define("free", "F:f")
    yield "grpc-create-initial-metadata-mistyped", Plugin().define("proxy_on_grpc_create_initial_metadata", "F:f")
    yield "vm-start-gives-zero", Plugin().define("proxy_on_vm_start", "ii:i")
    yield "vm-start-gives-one", Plugin().define("proxy_on_vm_start", "ii:i", i32(1))
    yield "vm-start-traps", Plugin().define("proxy_on_vm_start", "ii:i", UNREACHABLE)
    yield "configure-gives-zero", Plugin().define("proxy_on_configure", "ii:i")
    yield "configure-traps", Plugin().define("proxy_on_configure", "ii:i", UNREACHABLE)
    yield "context-create-traps", Plugin().define("proxy_on_context_create", "ii:", UNREACHABLE)
    yield "malloc-traps", Plugin(malloc=None).define("malloc", "i:i", UNREACHABLE)


def starts():
    for title in ("_initialize", "_start"):
        yield f"{title}-right", Plugin().define(title, ":")
        yield f"{title}-mistyped", Plugin().define(title, "i:")
        yield f"{title}-with-result", Plugin().define(title, ":i")
        yield f"{title}-traps", Plugin().define(title, ":", UNREACHABLE)
        yield f"{title}-is-a-global", Plugin().variable("i", i32(0), title)
        for title_of_main, right in (("main", "ii:i"), ("__main_void", ":i")):
            yield f"{title}-and-{title_of_main}", Plugin().define(title, ":").define(title_of_main, right)
            yield f"{title}-and-{title_of_main}-mistyped", Plugin().define(title, ":").define(title_of_main, "F:")
    yield "_initialize-and-_start-mistyped", Plugin().define("_initialize", ":").define("_start", "i:")
    yield "_initialize-mistyped-and-_start", Plugin().define("_initialize", "i:").define("_start", ":")
    yield "_initialize-and-both-mains", Plugin().define("_initialize", ":").define("main", "ii:i").define(
        "__main_void", ":i"
    )
    yield "main-alone", Plugin().define("main", "ii:i")
    yield "main-alone-mistyped", Plugin().define("main", "F:").define("__main_void", "F:")
    yield "_initialize-and-main-traps", Plugin().define("_initialize", ":").define("main", "ii:i", UNREACHABLE)
    for title, signature, module, arguments in (
        ("proc_exit", "i:", WASI, 1), ("fd_write", "iiii:i", WASI, 4), ("sched_yield", ":i", WASI, 0),
        ("fd_close", "i:i", WASI, 1), ("random_get", "ii:i", WASI, 2), ("proxy_log", "iii:i", "env", 3),
        ("proxy_done", ":i", "env", 0), ("proxy_get_status", "iii:i", "env", 3), ("pthread_equal", "ii:i", "env", 2),
        ("emscripten_notify_memory_growth", "i:", "env", 1),
    ):  # fmt: skip
        for kind in ("_initialize", "_start", "start-section"):
            yield f"{kind}-calls-{title}", calling(kind, module, title, signature, arguments)
    yield "start-section", started(":", b"")
    yield "start-section-traps", started(":", UNREACHABLE)
    yield "start-section-mistyped", started("i:", b"")
    yield "start-section-out-of-range", Plugin().having(start=99)
    yield "start-section-is-an-import", Plugin().bring("env", "emscripten_notify_memory_growth", "i:").having(start=0)
    yield "vm-start-calls-without-memory", (
        Plugin(memories=()).bring("env", "proxy_log", "iii:i").define(
            "proxy_on_vm_start", "ii:i", lambda of: i32(2) + i32(0) + i32(5) + call(of("proxy_log")) + DROP + i32(1)
        )
    )  # fmt: skip


def started(signature, body):
    return Plugin().define("begin", signature, body).having(start=lambda of: of("begin"))


def calling(kind, module, title, signature, arguments):
    result = DROP if signature.endswith("i") else b""

    def body(of):
        return i32(0) * arguments + call(of(title)) + result

    plugin = Plugin().bring(module, title, signature)
    if kind == "start-section":
        return plugin.define("begin", ":", body).having(start=lambda of: of("begin"))
    return plugin.define(kind, ":", body)


GROUPS = (markers, host_functions, other_imports, memories, allocators, callbacks, starts)


def modules():
    for group in GROUPS:
        for title, plugin in group():
            yield title, plugin.bytes()
