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

// Addresses.c

// Whom to ask about an address, in numbers, before it is dialled and before a connection to it is used again.
// 0 refuses.
typedef struct {
    int (*accepts)(void *context, const char *address);
    void *context;
} wasmpack_address_check;

// The check has to live as long as the handle.
unsigned wasmpack_setopt_address_check(void *handle, const wasmpack_address_check *check);

// TLS.c

// Who signed the certificate that a handshake was about, and the SHA-256 of the server's own.
struct wasmpack_peer {
    char issuer[512];
    unsigned char fingerprint[32];
    int has_fingerprint;
    int asked_for_certificate;
};

// Once in the life of the process, before the first handshake.
void wasmpack_tls_start(void);

// For one handle, which releases it at its end; NULL when there is no memory.
struct wasmpack_peer *wasmpack_new_peer(void);
void wasmpack_release_peer(struct wasmpack_peer *peer);

// Has the handshakes of a handle say whom they met. Connections keep the peer alive for as long as they may write to
// it.
void wasmpack_keep_peer(void *handle, struct wasmpack_peer *peer);

// For example "TLSv1.3", while a transfer runs; NULL without TLS.
const char *wasmpack_tls_version(void *handle);

enum {
    WASMPACK_CLIENT_CERTIFICATE_GOOD,
    WASMPACK_CLIENT_CERTIFICATE_MISSING,
    WASMPACK_CLIENT_KEY_MISSING,
    WASMPACK_CLIENT_KEY_ENCRYPTED,
    WASMPACK_CLIENT_KEY_OF_ANOTHER,
};

// What is wrong with a client's certificate and key (PEM), if anything. Never asks for a password.
unsigned wasmpack_check_client_certificate(
    const void *certificate, size_t certificate_size, const void *key, size_t key_size);

#endif
