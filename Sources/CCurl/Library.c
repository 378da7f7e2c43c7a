// libcurl's functions under their own names, each of which calls the opened library. Without it, they return an error or
// NULL.
// Hidden: otherwise libcurl's internal calls would come here.
#pragma GCC visibility push(hidden)
#include "Library.h"

#include <CLibrary.h>

// Type, name, parameters, arguments, and the result without libcurl.
#define FUNCTIONS(F)                                                                                                       \
    F(CURL *, curl_easy_init, (void), (), NULL)                                                                            \
    F(const char *, curl_easy_strerror, (CURLcode code), (code), NULL)                                                     \
    F(CURLcode, curl_global_init, (long flags), (flags), CURLE_FAILED_INIT)                                                \
    F(time_t, curl_getdate, (const char *text, const time_t *unused), (text, unused), -1)                                  \
    F(CURLM *, curl_multi_init, (void), (), NULL)                                                                          \
    F(CURLMcode, curl_multi_add_handle, (CURLM * multi, CURL * easy), (multi, easy), CURLM_INTERNAL_ERROR)                 \
    F(CURLMcode, curl_multi_cleanup, (CURLM * multi), (multi), CURLM_INTERNAL_ERROR)                                       \
    F(CURLMsg *, curl_multi_info_read, (CURLM * multi, int *left), (multi, left), NULL)                                    \
    F(CURLMcode, curl_multi_perform, (CURLM * multi, int *running), (multi, running), CURLM_INTERNAL_ERROR)                \
    F(CURLMcode, curl_multi_poll,                                                                                          \
      (CURLM * multi, struct curl_waitfd * more, unsigned count, int milliseconds, int *ready),                            \
      (multi, more, count, milliseconds, ready), CURLM_INTERNAL_ERROR)                                                     \
    F(CURLMcode, curl_multi_remove_handle, (CURLM * multi, CURL * easy), (multi, easy), CURLM_INTERNAL_ERROR)              \
    F(const char *, curl_multi_strerror, (CURLMcode code), (code), NULL)                                                   \
    F(CURLMcode, curl_multi_wakeup, (CURLM * multi), (multi), CURLM_INTERNAL_ERROR)                                        \
    F(struct curl_slist *, curl_slist_append, (struct curl_slist * list, const char *text), (list, text), NULL)            \
    F(CURLU *, curl_url, (void), (), NULL)                                                                                 \
    F(CURLUcode, curl_url_set, (CURLU * url, CURLUPart part, const char *text, unsigned flags), (url, part, text, flags),  \
      CURLUE_OUT_OF_MEMORY)                                                                                                \
    F(const char *, curl_url_strerror, (CURLUcode code), (code), NULL)                                                     \
    F(char *, curl_version, (void), (), NULL)                                                                              \
    F(curl_version_info_data *, curl_version_info, (CURLversion version), (version), NULL)

// Those without a result.
#define PROCEDURES(F)                                                                                                      \
    F(curl_easy_cleanup, (CURL * easy), (easy))                                                                            \
    F(curl_free, (void *memory), (memory))                                                                                 \
    F(curl_slist_free_all, (struct curl_slist * list), (list))                                                             \
    F(curl_url_cleanup, (CURLU * url), (url))

FUNCTIONS(WASMPACK_FUNCTION)
PROCEDURES(WASMPACK_PROCEDURE)

// Its parameter is const in some versions only.
static __typeof__(&curl_url_get) found_url_get;

CURLUcode wasmpack_url_get(CURLU *url, CURLUPart part, char **text, unsigned flags) {
    return found_url_get ? found_url_get(url, part, text, flags) : CURLUE_OUT_OF_MEMORY;
}

static CURLcode no_setopt(CURL *easy, CURLoption option, ...) {
    (void)easy, (void)option;
    return CURLE_FAILED_INIT;
}

static CURLcode no_getinfo(CURL *easy, CURLINFO info, ...) {
    (void)easy, (void)info;
    return CURLE_FAILED_INIT;
}

CURLcode (*wasmpack_setopt)(CURL *, CURLoption, ...) = no_setopt;
CURLcode (*wasmpack_getinfo)(CURL *, CURLINFO, ...) = no_getinfo;

char *wasmpack_open_curl(void) {
#ifdef __APPLE__
    // With their folders: dlopen would search the current one too.
    static const char *const names[] = {
        "/opt/homebrew/opt/curl/lib/libcurl.4.dylib",
        "/usr/local/opt/curl/lib/libcurl.4.dylib",
        "/usr/lib/libcurl.4.dylib",
    };
#else
    static const char *const names[] = {"libcurl.so.4"};
#endif
    static const wasmpack_function functions[] = {
        FUNCTIONS(WASMPACK_FUNCTION_ADDRESS) PROCEDURES(WASMPACK_PROCEDURE_ADDRESS){"curl_easy_setopt", (void **)&wasmpack_setopt},
        {"curl_easy_getinfo", (void **)&wasmpack_getinfo},
        {"curl_url_get", (void **)&found_url_get},
    };
    void *library = NULL;
    char *problem = wasmpack_open_library(
        names, sizeof names / sizeof *names, functions, sizeof functions / sizeof *functions, &library);
    if (!problem) wasmpack_find_openssl(library);
    return problem;
}
