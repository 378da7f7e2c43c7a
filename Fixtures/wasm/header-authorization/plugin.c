// header-authorization: lets a request pass only when its header `allow` is exactly `true`.
//
// proxy-wasm ABI 0.2.1, called directly, without an SDK and without a C library, so that the whole module is a
// few hundred bytes and every import and export in it is one that stands in this file. build.sh builds it.

#include <stddef.h>
#include <stdint.h>

#define EXPORT(name) __attribute__((export_name(name)))
#define IMPORT(name) __attribute__((import_module("env"), import_name(name)))

enum { LOG_DEBUG = 1 };
enum { STATUS_OK = 0 };
enum { MAP_REQUEST_HEADERS = 0 };
enum { ACTION_CONTINUE = 0, ACTION_PAUSE = 1 };
enum { NO_GRPC_STATUS = -1 };

// What the host offers.

IMPORT("proxy_log")
uint32_t proxy_log(uint32_t level, const char *message, size_t size);

IMPORT("proxy_get_header_map_value")
uint32_t proxy_get_header_map_value(uint32_t map, const char *key, size_t keySize, const char **value,
                                    size_t *valueSize);

IMPORT("proxy_send_local_response")
uint32_t proxy_send_local_response(uint32_t code, const char *details, size_t detailsSize, const char *body,
                                   size_t bodySize, const char *headers, size_t headersSize, int32_t grpcStatus);

// The arena.
//
// The host calls proxy_on_memory_allocate for each buffer it hands to the module, and never frees one. A plugin
// lives as long as its proxy, so something must give that memory back. Here nothing that is allocated outlives
// the callback it was allocated in: the plugin keeps no state per context, and only proxy_on_request_headers
// calls a host function that returns a buffer. A VM runs one callback at a time, so starting that callback with
// an empty arena is safe whatever the number of contexts in flight, and memory stays at what the largest single
// request needed. The one host call that may enter the module again (a local response runs the response's
// filters) comes last, when nothing in the arena is read any more.

#define PAGE_SIZE 65536u
#define ALIGNMENT 8u

extern unsigned char __heap_base; // by the linker: the first address after data and stack

static uintptr_t used; // the first free address; 0 before the first reset

static void reset_arena(void) { used = 0; }

// Returns `size` bytes, or NULL when the memory cannot grow; the host then reports an error instead of a value.
EXPORT("proxy_on_memory_allocate") void *allocate(size_t size) {
    uintptr_t base = (uintptr_t)&__heap_base;
    uint64_t start = used ? used : (base + ALIGNMENT - 1) & ~(uintptr_t)(ALIGNMENT - 1);
    // In 64 bits: the sum of two 32-bit numbers cannot wrap.
    uint64_t end = (start + size + ALIGNMENT - 1) & ~(uint64_t)(ALIGNMENT - 1);
    uint64_t have = (uint64_t)__builtin_wasm_memory_size(0) * PAGE_SIZE;
    if (end > have) {
        uint64_t pages = (end - have + PAGE_SIZE - 1) / PAGE_SIZE;
        if (__builtin_wasm_memory_grow(0, (size_t)pages) == (size_t)-1) {
            return NULL;
        }
    }
    used = (uintptr_t)end;
    return (void *)(uintptr_t)start;
}

// The plugin.

static const char header[] = "allow";
static const char wanted[] = "true";
static const char before[] = "request header: 'allow' is ";
static const char after[] = ", only true can passthrough";
static const char body[] = "Forbidden by ASM Wasm Plugin";

#define LENGTH(text) (sizeof(text) - 1)

static char *append(char *to, const char *from, size_t size) {
    while (size--) {
        *to++ = *from++;
    }
    return to;
}

static int is_wanted(const char *value, size_t size) {
    if (size != LENGTH(wanted)) {
        return 0;
    }
    for (size_t i = 0; i < LENGTH(wanted); i++) {
        if (value[i] != wanted[i]) {
            return 0;
        }
    }
    return 1;
}

static void log_refusal(const char *value, size_t size) {
    char *message = allocate(LENGTH(before) + size + LENGTH(after));
    if (!message) {
        return; // without memory for the line the request is refused all the same
    }
    char *end = append(message, before, LENGTH(before));
    end = append(end, value, size);
    end = append(end, after, LENGTH(after));
    proxy_log(LOG_DEBUG, message, (size_t)(end - message));
}

// The marker of the ABI version; a host looks at its name only.
EXPORT("proxy_abi_version_0_2_1") void abi_version(void) {}

EXPORT("proxy_on_context_create") void on_context_create(uint32_t context, uint32_t parent) {}

// Both answer 1 for success; there is nothing to configure.
EXPORT("proxy_on_vm_start") uint32_t on_vm_start(uint32_t context, size_t configurationSize) { return 1; }
EXPORT("proxy_on_configure") uint32_t on_configure(uint32_t context, size_t configurationSize) { return 1; }

EXPORT("proxy_on_request_headers")
uint32_t on_request_headers(uint32_t context, uint32_t count, uint32_t endOfStream) {
    reset_arena();
    const char *value = NULL;
    size_t size = 0;
    if (proxy_get_header_map_value(MAP_REQUEST_HEADERS, header, LENGTH(header), &value, &size) != STATUS_OK) {
        size = 0; // absent, or the host could not hand it over: refused either way
    }
    if (is_wanted(value, size)) {
        return ACTION_CONTINUE;
    }
    log_refusal(value, size);
    proxy_send_local_response(403, NULL, 0, body, LENGTH(body), NULL, 0, NO_GRPC_STATUS);
    return ACTION_PAUSE;
}
