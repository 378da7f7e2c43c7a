#include "Library.h"

// The header declares int64_t in place of curl_off_t.
_Static_assert(sizeof(curl_off_t) == sizeof(int64_t), "curl_off_t has 64 bits");

unsigned wasmpack_setopt_long(void *handle, unsigned option, long value) {
    return wasmpack_setopt(handle, (CURLoption)option, value);
}

unsigned wasmpack_setopt_offset(void *handle, unsigned option, int64_t value) {
    return wasmpack_setopt(handle, (CURLoption)option, (curl_off_t)value);
}

unsigned wasmpack_setopt_string(void *handle, unsigned option, const char *value) {
    return wasmpack_setopt(handle, (CURLoption)option, value);
}

unsigned wasmpack_setopt_pointer(void *handle, unsigned option, void *value) {
    return wasmpack_setopt(handle, (CURLoption)option, value);
}

unsigned wasmpack_setopt_data_callback(
    void *handle, unsigned option, size_t (*callback)(char *, size_t, size_t, void *)) {
    return wasmpack_setopt(handle, (CURLoption)option, callback);
}

unsigned wasmpack_setopt_seek_callback(void *handle, int (*callback)(void *, int64_t, int)) {
    return wasmpack_setopt(handle, CURLOPT_SEEKFUNCTION, (curl_seek_callback)callback);
}

unsigned wasmpack_getinfo_long(void *handle, unsigned info, long *value) {
    return wasmpack_getinfo(handle, (CURLINFO)info, value);
}

unsigned wasmpack_getinfo_pointer(void *handle, unsigned info, void **value) {
    return wasmpack_getinfo(handle, (CURLINFO)info, value);
}

unsigned wasmpack_getinfo_offset(void *handle, unsigned info, int64_t *value) {
    curl_off_t offset = 0;
    CURLcode result = wasmpack_getinfo(handle, (CURLINFO)info, &offset);
    *value = offset;
    return result;
}

unsigned wasmpack_getinfo_string(void *handle, unsigned info, const char **value) {
    return wasmpack_getinfo(handle, (CURLINFO)info, (char **)value);
}

unsigned wasmpack_setopt_copied_blob(void *handle, unsigned option, const void *bytes, size_t count) {
    // CURL_BLOB_COPY: libcurl only reads from the pointer, during this call.
    struct curl_blob blob = {.data = (void *)bytes, .len = count, .flags = CURL_BLOB_COPY};
    return wasmpack_setopt(handle, (CURLoption)option, &blob);
}
