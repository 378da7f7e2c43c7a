// A plugin with the behavior that a request's path or its configuration names, for the tests of `wasmpack test`.
//
// Built by the tests with build.sh of the reference plugin, also with changes.

#include <stddef.h>
#include <stdint.h>

#define EXPORT(name) __attribute__((export_name(name)))
#define IMPORT(name) __attribute__((import_module("env"), import_name(name)))

enum { LOG_DEBUG = 1, LOG_INFO = 2, LOG_WARN = 3 };
enum { MAP_REQUEST_HEADERS = 0, MAP_RESPONSE_HEADERS = 2 };
enum { ACTION_CONTINUE = 0, ACTION_PAUSE = 1 };
enum { BUFFER_PLUGIN_CONFIGURATION = 7 };

IMPORT("proxy_log") uint32_t proxy_log(uint32_t level, const char *message, size_t size);
IMPORT("proxy_get_header_map_value")
uint32_t proxy_get_header_map_value(uint32_t map, const char *key, size_t keySize, const char **value, size_t *size);
IMPORT("proxy_add_header_map_value")
uint32_t proxy_add_header_map_value(uint32_t map, const char *key, size_t keySize, const char *value, size_t size);
IMPORT("proxy_get_buffer_bytes")
uint32_t proxy_get_buffer_bytes(uint32_t type, size_t start, size_t length, const char **bytes, size_t *size);
IMPORT("proxy_send_local_response")
uint32_t proxy_send_local_response(uint32_t code, const char *details, size_t detailsSize, const char *body,
                                   size_t bodySize, const char *headers, size_t headersSize, int32_t grpcStatus);

IMPORT("proxy_get_property")
uint32_t proxy_get_property(const char *path, size_t pathSize, const char **value, size_t *size);

#define WASI(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(name)))
WASI("environ_sizes_get") uint32_t environ_sizes_get(size_t *count, size_t *size);
WASI("environ_get") uint32_t environ_get(char **variables, char *text);

extern unsigned char __heap_base;
static uintptr_t used;

EXPORT("proxy_on_memory_allocate") void *allocate(size_t size) {
    if (!used) {
        used = ((uintptr_t)&__heap_base + 7) & ~(uintptr_t)7;
    }
    uintptr_t start = used;
    uint64_t end = (uint64_t)start + size + 8;
    uint64_t have = (uint64_t)__builtin_wasm_memory_size(0) * 65536;
    if (end > have && __builtin_wasm_memory_grow(0, (size_t)((end - have + 65535) / 65536)) == (size_t)-1) {
        return NULL;
    }
    used = (uintptr_t)((end + 7) & ~(uint64_t)7);
    return (void *)start;
}

static int is(const char *value, size_t size, const char *text) {
    size_t i = 0;
    for (; i < size && text[i]; i++) {
        if (value[i] != text[i]) {
            return 0;
        }
    }
    return i == size && !text[i];
}

static size_t length(const char *text) {
    size_t n = 0;
    while (text[n]) {
        n++;
    }
    return n;
}

static void say(uint32_t level, const char *text) { proxy_log(level, text, length(text)); }

static void forever(void) {
    volatile uint32_t n = 0;
    for (;;) {
        n++;
    }
}

static uint32_t requests; // in this VM
static uint32_t crashes_late;

EXPORT("proxy_abi_version_0_2_1") void abi_version(void) {}
EXPORT("proxy_on_context_create") void on_context_create(uint32_t context, uint32_t parent) {}
EXPORT("proxy_on_vm_start") uint32_t on_vm_start(uint32_t context, size_t size) { return 1; }

// Logs the root ID and the environment variables.
static void describe(void) {
    const char *root = NULL;
    size_t size = 0;
    proxy_get_property("plugin_root_id", 14, &root, &size);
    say(LOG_INFO, "the root ID and the variables:");
    proxy_log(LOG_INFO, root, size);
    static char *variables[16];
    static char text[1024];
    size_t count = 0;
    environ_sizes_get(&count, &size);
    if (count <= 16 && size <= sizeof text) {
        environ_get(variables, text);
        for (size_t i = 0; i < count; i++) {
            say(LOG_INFO, variables[i]);
        }
    }
}

EXPORT("proxy_on_configure") uint32_t on_configure(uint32_t context, size_t size) {
    const char *text = NULL;
    size_t count = 0;
    if (size) {
        proxy_get_buffer_bytes(BUFFER_PLUGIN_CONFIGURATION, 0, size, &text, &count);
    }
    if (is(text, count, "loop")) {
        forever();
    }
    if (is(text, count, "crash")) {
        __builtin_trap();
    }
    if (is(text, count, "describe")) {
        describe();
    }
    if (is(text, count, "reject")) {
        say(LOG_WARN, "the limit is not a number");
        return 0;
    }
    if (count) {
        proxy_log(LOG_INFO, text, count);
    }
    return 1;
}

EXPORT("proxy_on_request_headers") uint32_t on_request_headers(uint32_t context, uint32_t count, uint32_t end) {
    const char *path = NULL;
    size_t size = 0;
    proxy_get_header_map_value(MAP_REQUEST_HEADERS, ":path", 5, &path, &size);
    requests++;
    if (is(path, size, "/loop")) {
        forever();
    }
    if (is(path, size, "/crash") || (is(path, size, "/crash-second") && requests == 2)) {
        __builtin_trap();
    }
    crashes_late = is(path, size, "/crash-late");
    if (is(path, size, "/pause")) {
        return ACTION_PAUSE;
    }
    if (is(path, size, "/flood")) {
        for (;;) {
            say(LOG_INFO, "a line of a plugin that never stops logging, long enough to fill the limit in a moment");
        }
    }
    if (is(path, size, "/forge")) {
        say(LOG_INFO, "real\nwarning wasm wasm log case-8 case-8: forged\x1b[31m");
    }
    if (is(path, size, "/third") && requests == 3) {
        static const char body[] = "too many";
        proxy_send_local_response(429, NULL, 0, body, sizeof body - 1, NULL, 0, -1);
        return ACTION_PAUSE;
    }
    return ACTION_CONTINUE;
}

EXPORT("proxy_on_request_body") uint32_t on_request_body(uint32_t context, uint32_t size, uint32_t end) {
    char text[] = "body of 0000";
    for (int i = 11; size && i > 7; i--, size /= 10) {
        text[i] = (char)('0' + size % 10);
    }
    say(LOG_DEBUG, text);
    return ACTION_CONTINUE;
}

EXPORT("proxy_on_response_headers") uint32_t on_response_headers(uint32_t context, uint32_t count, uint32_t end) {
    proxy_add_header_map_value(MAP_RESPONSE_HEADERS, "x-plugin", 8, "v1", 2);
    return ACTION_CONTINUE;
}

EXPORT("proxy_on_log") void on_log(uint32_t context) {
    say(LOG_INFO, "the request is logged");
    if (crashes_late) {
        __builtin_trap();
    }
}
