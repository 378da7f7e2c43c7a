// TLS for a server: OpenSSL's libssl, opened when it is needed, and connections over memory.
#ifndef WASMPACK_CTLS_H
#define WASMPACK_CTLS_H

#include <stddef.h>

// Library.c

// Opens libssl. Returns NULL on success, otherwise the reason, which the caller frees. Call once per process; before it,
// all functions of Server.c fail.
char *wasmpack_open_ssl(void);

// Returns why the opened libssl cannot be used; NULL if it can be.
const char *wasmpack_check_ssl(void);

// Server.c

enum {
    WASMPACK_IDENTITY_GOOD,
    WASMPACK_IDENTITY_CERTIFICATE_MISSING,
    WASMPACK_IDENTITY_KEY_MISSING,
    WASMPACK_IDENTITY_KEY_ENCRYPTED,
    WASMPACK_IDENTITY_KEY_OF_ANOTHER,
    WASMPACK_IDENTITY_REJECTED,
};

// Makes the settings for all connections of a server: TLS 1.2 or later, no renegotiation, no resumption, ALPN http/1.1.
// `certificates` is PEM, the server's first; `key` is PEM, and no password is asked for. Returns one of the above, and
// sets `server`, which the caller frees, on success. It may be used by several threads.
unsigned wasmpack_tls_server_new(
    const void *certificates, size_t certificates_size, const void *key, size_t key_size, void **server);
void wasmpack_tls_server_free(void *server);

// Copies OpenSSL's reason for the last failure of this thread, and forgets it; empty without one.
void wasmpack_tls_reason(char *text, size_t size);

enum {
    WASMPACK_TLS_DONE,
    WASMPACK_TLS_WANTS_MORE,
    WASMPACK_TLS_CLOSED,
    WASMPACK_TLS_PLAIN_HTTP,
    WASMPACK_TLS_FAILED,
};

// Returns a connection, which the caller frees; NULL without memory. Use it from one thread at a time.
void *wasmpack_tls_new(void *server);
void wasmpack_tls_free(void *connection);

// Adds bytes from the network. Returns 0 without memory.
int wasmpack_tls_receive(void *connection, const void *bytes, size_t count);
// The number of bytes for the network.
size_t wasmpack_tls_pending(void *connection);
// Takes bytes for the network; returns their number.
size_t wasmpack_tls_take(void *connection, void *bytes, size_t count);

// Continues the handshake: DONE, WANTS_MORE, PLAIN_HTTP or FAILED.
int wasmpack_tls_handshake(void *connection);
// Decrypts up to `size` bytes: DONE, WANTS_MORE, CLOSED (by close_notify) or FAILED. Sets `count` if it is DONE.
int wasmpack_tls_read(void *connection, void *bytes, size_t size, size_t *count);
// Encrypts bytes; returns 0 if it failed.
int wasmpack_tls_write(void *connection, const void *bytes, size_t count);
// Adds close_notify to the bytes for the network.
void wasmpack_tls_close(void *connection);

// Certificates.c

// An authority that exists only for these certificates, and a server's certificate and key: PEM, each to be freed.
struct wasmpack_certificates {
    char *authority;
    char *certificate;
    char *key;
};

// Makes certificates for `names`, for example "DNS:localhost,IP:127.0.0.1", valid for a number of days. The authority's key
// is not kept. Needs only libcrypto. Returns 0 if it failed.
int wasmpack_make_certificates(const char *names, long days, struct wasmpack_certificates *result);

#endif
