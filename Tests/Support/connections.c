// A network plugin that logs what it sees of connections, for the tests of `wasmpack run --type network`.
//
// Built by the tests with build.sh of the reference plugin, also with changes.

#include <stddef.h>
#include <stdint.h>

#define EXPORT(name) __attribute__((export_name(name)))
#define IMPORT(name) __attribute__((import_module("env"), import_name(name)))

enum { LOG_INFO = 2 };

IMPORT("proxy_log") uint32_t proxy_log(uint32_t level, const char *message, size_t size);

static unsigned char arena[4096];

static void say(const char *text) {
    size_t size = 0;
    while (text[size]) {
        size++;
    }
    proxy_log(LOG_INFO, text, size);
}

EXPORT("proxy_on_memory_allocate") void *allocate(size_t size) { return size <= sizeof arena ? arena : NULL; }
EXPORT("proxy_abi_version_0_2_1") void abi_version(void) {}
EXPORT("proxy_on_context_create") void on_context_create(uint32_t context, uint32_t parent) {}

EXPORT("proxy_on_new_connection") uint32_t on_new_connection(uint32_t context) {
    say("a connection");
    return 0;
}

EXPORT("proxy_on_downstream_data") uint32_t on_downstream_data(uint32_t context, uint32_t size, uint32_t end) {
    say("bytes to the server");
    return 0;
}

EXPORT("proxy_on_upstream_data") uint32_t on_upstream_data(uint32_t context, uint32_t size, uint32_t end) {
    say("bytes to the client");
    return 0;
}
