// Swift cannot call C's variadic functions. One typed function for each kind of argument that
// curl_easy_setopt and curl_easy_getinfo take here.
#ifndef WASMPACK_CCURL_SHIMS_H
#define WASMPACK_CCURL_SHIMS_H

#include <curl/curl.h>

CURLcode wasmpack_setopt_long(CURL *handle, CURLoption option, long value);
CURLcode wasmpack_setopt_offset(CURL *handle, CURLoption option, curl_off_t value);
CURLcode wasmpack_setopt_string(CURL *handle, CURLoption option, const char *value);
CURLcode wasmpack_setopt_pointer(CURL *handle, CURLoption option, void *value);
CURLcode wasmpack_setopt_data_callback(
    CURL *handle, CURLoption option, size_t (*callback)(char *, size_t, size_t, void *));
CURLcode wasmpack_setopt_seek_callback(CURL *handle, int (*callback)(void *, curl_off_t, int));
CURLcode wasmpack_getinfo_long(CURL *handle, CURLINFO info, long *value);
CURLcode wasmpack_getinfo_pointer(CURL *handle, CURLINFO info, void **value);
CURLcode wasmpack_getinfo_offset(CURL *handle, CURLINFO info, curl_off_t *value);
CURLcode wasmpack_getinfo_string(CURL *handle, CURLINFO info, const char **value);

// Gives libcurl its own copy of the bytes.
CURLcode wasmpack_setopt_copied_blob(CURL *handle, CURLoption option, const void *bytes, size_t count);

#endif
