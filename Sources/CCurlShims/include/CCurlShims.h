// Swift cannot call C's variadic functions. One typed function for each kind of argument that
// curl_easy_setopt and curl_easy_getinfo take here.
//
// Plain types, and no <curl/curl.h>: two clang modules with that header in them would both define libcurl's types, and
// which of the two Swift then sees them in is chance. Options, infos and results are the numbers of CURLoption,
// CURLINFO and CURLcode.
#ifndef WASMPACK_CCURL_SHIMS_H
#define WASMPACK_CCURL_SHIMS_H

#include <stddef.h>
#include <stdint.h>

unsigned wasmpack_setopt_long(void *handle, unsigned option, long value);
unsigned wasmpack_setopt_offset(void *handle, unsigned option, int64_t value);
unsigned wasmpack_setopt_string(void *handle, unsigned option, const char *value);
unsigned wasmpack_setopt_pointer(void *handle, unsigned option, void *value);
unsigned wasmpack_setopt_data_callback(
    void *handle, unsigned option, size_t (*callback)(char *, size_t, size_t, void *));
unsigned wasmpack_setopt_seek_callback(void *handle, int (*callback)(void *, int64_t, int));
unsigned wasmpack_getinfo_long(void *handle, unsigned info, long *value);
unsigned wasmpack_getinfo_pointer(void *handle, unsigned info, void **value);
unsigned wasmpack_getinfo_offset(void *handle, unsigned info, int64_t *value);
unsigned wasmpack_getinfo_string(void *handle, unsigned info, const char **value);

// Gives libcurl its own copy of the bytes.
unsigned wasmpack_setopt_copied_blob(void *handle, unsigned option, const void *bytes, size_t count);

// Whom to ask about an address, in numbers, before it is dialled and before a connection to it is used again; 0 refuses.
typedef struct {
    int (*accepts)(void *context, const char *address);
    void *context;
} wasmpack_address_check;

// The check has to live as long as the handle.
unsigned wasmpack_setopt_address_check(void *handle, const wasmpack_address_check *check);

#endif
