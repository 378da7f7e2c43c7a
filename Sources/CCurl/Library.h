// What the files of this target share.
#ifndef WASMPACK_CCURL_LIBRARY_H
#define WASMPACK_CCURL_LIBRARY_H

#include "CCurl.h"

// libcurl's variadic functions, curl_easy_setopt and curl_easy_getinfo. Without libcurl, they return an error.
extern CURLcode (*wasmpack_setopt)(CURL *, CURLoption, ...);
extern CURLcode (*wasmpack_getinfo)(CURL *, CURLINFO, ...);

// TLS.c: finds the functions of the OpenSSL that libcurl has loaded.
void wasmpack_find_openssl(void *curl);

#endif
