// libcurl, opened when it is needed, and what Swift cannot do with it: variadic functions, callbacks with structs, OpenSSL.
#ifndef WASMPACK_CCURL_H
#define WASMPACK_CCURL_H

#include <curl/curl.h>
#include <stddef.h>
#include <stdint.h>

// Library.c

// Opens libcurl. Returns NULL on success, otherwise the reason, which the caller frees. Call once per process; before it,
// libcurl's functions fail.
char *wasmpack_open_curl(void);

CURLUcode wasmpack_url_get(CURLU *url, CURLUPart part, char **text, unsigned flags);

// Options.c: typed wrappers for curl_easy_setopt and curl_easy_getinfo. Options, infos and results are the numbers of
// CURLoption, CURLINFO and CURLcode.

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

// Sets an option to a copy of the bytes.
unsigned wasmpack_setopt_copied_blob(void *handle, unsigned option, const void *bytes, size_t count);

// Addresses.c

// A check of a numeric IP address, called before a connection to it is opened (`is_connected` is 0), and before a request
// is sent over a connection to it (1). `accepts` returns 0 to reject the address.
typedef struct {
    int (*accepts)(void *context, const char *address, int is_connected);
    void *context;
} wasmpack_address_check;

// The check must outlive the handle.
unsigned wasmpack_setopt_address_check(void *handle, const wasmpack_address_check *check);

// TLS.c

// A certificate of a chain: its subject, and the end of its validity.
struct wasmpack_certificate {
    char subject[256];
    char valid_until[32];
    int days_left;
};

// Longer chains are cut.
enum { WASMPACK_CHAIN_LIMIT = 8 };

// The issuer and the validity of the last certificate that a handshake verified; the names and the SHA-256 of the server's
// certificate. Names are separated by ", "; those that do not fit are omitted.
struct wasmpack_peer {
    char issuer[512];
    char names[512];
    char valid_from[32];
    char valid_until[32];
    unsigned char fingerprint[32];
    int has_fingerprint;
    int asked_for_certificate;
    // The chain of the last handshake, the server's certificate first.
    struct wasmpack_certificate chain[WASMPACK_CHAIN_LIMIT];
    int chain_length;
};

// Returns details for one handle, to be released with it; NULL without memory.
struct wasmpack_peer *wasmpack_new_peer(void);
void wasmpack_release_peer(struct wasmpack_peer *peer);

// Records the details of the peer in the handshakes of a handle. Connections keep `peer` alive while they may write to
// it.
void wasmpack_keep_peer(void *handle, struct wasmpack_peer *peer);

// Returns the version, for example "TLSv1.3", during a transfer; NULL without TLS.
const char *wasmpack_tls_version(void *handle);

enum {
    WASMPACK_CLIENT_CERTIFICATE_GOOD,
    WASMPACK_CLIENT_CERTIFICATE_MISSING,
    WASMPACK_CLIENT_KEY_MISSING,
    WASMPACK_CLIENT_KEY_ENCRYPTED,
    WASMPACK_CLIENT_KEY_OF_ANOTHER,
};

// Checks a client's certificate and key (PEM). Never prompts for a password.
unsigned wasmpack_check_client_certificate(
    const void *certificate, size_t certificate_size, const void *key, size_t key_size);

#endif
