// What the files of this target share.
#ifndef WASMPACK_CCURL_LIBRARY_H
#define WASMPACK_CCURL_LIBRARY_H

#include "CCurl.h"

// libcurl's variadic functions.
CURLcode (*wasmpack_find_setopt(void))(CURL *, CURLoption, ...);
CURLcode (*wasmpack_find_getinfo(void))(CURL *, CURLINFO, ...);
#define wasmpack_setopt(...) (wasmpack_find_setopt()(__VA_ARGS__))
#define wasmpack_getinfo(...) (wasmpack_find_getinfo()(__VA_ARGS__))

// TLS.c: finds the functions of the OpenSSL that libcurl has loaded.
void wasmpack_find_openssl(void *curl);

#endif
