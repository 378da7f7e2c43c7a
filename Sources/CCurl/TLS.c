// TLS details that libcurl does not provide, read from the OpenSSL that libcurl uses. With another TLS library, these
// details are not available; certificates are verified nevertheless.
#include "CCurl.h"
#include "Library.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// The functions of the libssl that libcurl has loaded; Debian's other libcurl uses GnuTLS, and has none.
#define FUNCTIONS(F)                                                                                                       \
    F(SSL_CTX_get_ex_data)                                                                                                 \
    F(SSL_CTX_get_verify_mode)                                                                                             \
    F(SSL_CTX_set_cert_cb)                                                                                                 \
    F(SSL_CTX_set_ex_data)                                                                                                 \
    F(SSL_CTX_set_options)                                                                                                 \
    F(SSL_CTX_set_post_handshake_auth)                                                                                     \
    F(SSL_CTX_set_verify)                                                                                                  \
    F(SSL_get_SSL_CTX)                                                                                                     \
    F(SSL_get_ex_data_X509_STORE_CTX_idx)                                                                                  \
    F(SSL_get_version)

#define FIELD(name) __typeof__(&name) name;
static struct { FUNCTIONS(FIELD) } openssl;

// The index of a peer in a context; -1 without libssl.
static int peer_index = -1;

// Details of a peer, shared by a handle and the contexts of its connections, some of which outlive the handle.
struct shared_peer {
    struct wasmpack_peer peer;  // first member, so that a pointer to it points to the struct
    atomic_int owners;
};

struct wasmpack_peer *wasmpack_new_peer(void) {
    struct shared_peer *shared = calloc(1, sizeof *shared);
    if (!shared) return NULL;
    atomic_init(&shared->owners, 1);
    return &shared->peer;
}

void wasmpack_release_peer(struct wasmpack_peer *peer) {
    struct shared_peer *shared = (struct shared_peer *)peer;
    if (shared && atomic_fetch_sub(&shared->owners, 1) == 1) free(shared);
}

static void on_context_freed(void *context, void *peer, CRYPTO_EX_DATA *data, int index, long number, void *pointer) {
    (void)context, (void)data, (void)index, (void)number, (void)pointer;
    wasmpack_release_peer(peer);
}

// The transport's thread may still use what OpenSSL frees at exit. Runs before main, because the first call to OpenSSL
// fixes this option.
__attribute__((constructor)) static void disable_openssl_cleanup_at_exit(void) {
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
}

void wasmpack_find_openssl(void *curl) {
#define FIND(name)                                                                                                         \
    openssl.name = (__typeof__(&name))dlsym(curl, #name);                                                                  \
    if (!openssl.name) return;
    FUNCTIONS(FIND)
    // Another libcrypto than ours has other structs.
    if (dlsym(curl, "X509_digest") != (void *)X509_digest) return;
    peer_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, on_context_freed);
}

static struct wasmpack_peer *peer_of(const SSL *connection) {
    const SSL_CTX *context = connection ? openssl.SSL_get_SSL_CTX(connection) : NULL;
    return context ? openssl.SSL_CTX_get_ex_data(context, peer_index) : NULL;
}

static void keep_name(char *name, size_t size, const X509_NAME *full) {
    BIO *text = BIO_new(BIO_s_mem());
    if (!text) return;
    // Escapes everything that is not printable ASCII.
    X509_NAME_print_ex(text, full, 0, XN_FLAG_RFC2253);
    int count = BIO_read(text, name, (int)size - 1);
    name[count > 0 ? count : 0] = 0;
    BIO_free(text);
}

static void keep_time(char *text, size_t size, const ASN1_TIME *time) {
    struct tm parts;
    text[0] = 0;
    if (ASN1_TIME_to_tm(time, &parts) == 1) strftime(text, size, "%Y-%m-%d %H:%M UTC", &parts);
}

// Writes a DNS name or an IP address; returns 0 for others, and for names that are not printable ASCII or do not fit.
static int write_name(const GENERAL_NAME *name, char *text, size_t size) {
    if (name->type != GEN_DNS && name->type != GEN_IPADD) return 0;
    const ASN1_STRING *value = name->type == GEN_DNS ? name->d.dNSName : name->d.iPAddress;
    const unsigned char *bytes = ASN1_STRING_get0_data(value);
    size_t count = (size_t)ASN1_STRING_length(value);
    if (name->type == GEN_IPADD) {
        if (count != 4 && count != 16) return 0;
        return inet_ntop(count == 4 ? AF_INET : AF_INET6, bytes, text, (socklen_t)size) != NULL;
    }
    if (count == 0 || count >= size) return 0;
    for (size_t i = 0; i < count; i++)
        if (bytes[i] <= ' ' || bytes[i] > '~') return 0;
    memcpy(text, bytes, count);
    text[count] = 0;
    return 1;
}

static void keep_names(struct wasmpack_peer *peer, X509 *certificate) {
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    size_t used = 0;
    peer->names[0] = 0;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        char text[256];
        if (!write_name(sk_GENERAL_NAME_value(names, i), text, sizeof text)) continue;
        size_t room = sizeof peer->names - used;
        int count = snprintf(peer->names + used, room, "%s%s", used ? ", " : "", text);
        if (count < 0 || (size_t)count >= room) {
            peer->names[used] = 0;
            break;
        }
        used += (size_t)count;
    }
    GENERAL_NAMES_free(names);
}

static void keep_certificate(struct wasmpack_peer *peer, X509 *certificate, int depth) {
    if (depth < 0 || depth >= WASMPACK_CHAIN_LIMIT) return;
    struct wasmpack_certificate *kept = &peer->chain[depth];
    int seconds = 0;
    keep_name(kept->subject, sizeof kept->subject, X509_get_subject_name(certificate));
    keep_time(kept->valid_until, sizeof kept->valid_until, X509_get0_notAfter(certificate));
    if (ASN1_TIME_diff(&kept->days_left, &seconds, NULL, X509_get0_notAfter(certificate)) != 1) kept->days_left = 0;
    if (depth >= peer->chain_length) peer->chain_length = depth + 1;
}

// Called for each certificate of the chain, from the root to the server's, and for the first invalid one.
static int on_verify(int is_good, X509_STORE_CTX *store) {
    SSL *connection = X509_STORE_CTX_get_ex_data(store, openssl.SSL_get_ex_data_X509_STORE_CTX_idx());
    struct wasmpack_peer *peer = peer_of(connection);
    X509 *certificate = X509_STORE_CTX_get_current_cert(store);
    X509 *own = X509_STORE_CTX_get0_cert(store);
    if (peer && certificate) {
        keep_name(peer->issuer, sizeof peer->issuer, X509_get_issuer_name(certificate));
        keep_certificate(peer, certificate, X509_STORE_CTX_get_error_depth(store));
        keep_time(peer->valid_from, sizeof peer->valid_from, X509_get0_notBefore(certificate));
        keep_time(peer->valid_until, sizeof peer->valid_until, X509_get0_notAfter(certificate));
    }
    if (peer && own) keep_names(peer, own);
    unsigned size = sizeof peer->fingerprint;
    if (peer && own) peer->has_fingerprint = X509_digest(own, EVP_sha256(), peer->fingerprint, &size);
    return is_good;
}

// Called when the server requests a client certificate, even if none is configured.
static int on_certificate_request(SSL *connection, void *unused) {
    (void)unused;
    struct wasmpack_peer *peer = peer_of(connection);
    if (peer) peer->asked_for_certificate = 1;
    return 1;
}

static CURLcode on_context(CURL *handle, void *raw, void *peer) {
    (void)handle;
    SSL_CTX *context = raw;
    // Disables renegotiation (TLS 1.2) and post-handshake authentication (TLS 1.3).
    openssl.SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
    openssl.SSL_CTX_set_post_handshake_auth(context, 0);
    if (!openssl.SSL_CTX_set_ex_data(context, peer_index, peer)) return CURLE_OK;
    atomic_fetch_add(&((struct shared_peer *)peer)->owners, 1);
    openssl.SSL_CTX_set_cert_cb(context, on_certificate_request, NULL);
    openssl.SSL_CTX_set_verify(context, openssl.SSL_CTX_get_verify_mode(context), on_verify);
    return CURLE_OK;
}

void wasmpack_keep_peer(void *handle, struct wasmpack_peer *peer) {
    const curl_version_info_data *version = curl_version_info(CURLVERSION_NOW);
    if (peer_index < 0 || !version->ssl_version || !strstr(version->ssl_version, "OpenSSL")) return;
    if (wasmpack_setopt(handle, CURLOPT_SSL_CTX_DATA, peer) == CURLE_OK)
        wasmpack_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, on_context);
}

const char *wasmpack_tls_version(void *handle) {
    struct curl_tlssessioninfo *session = NULL;
    if (peer_index < 0 || wasmpack_getinfo(handle, CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK || !session) return NULL;
    if (session->backend != CURLSSLBACKEND_OPENSSL || !session->internals) return NULL;
    return openssl.SSL_get_version(session->internals);
}

static int no_password(char *buffer, int size, int is_writing, void *was_asked) {
    (void)buffer, (void)size, (void)is_writing;
    *(int *)was_asked = 1;
    return -1;
}

unsigned wasmpack_check_client_certificate(
    const void *certificate, size_t certificate_size, const void *key, size_t key_size) {
    int is_encrypted = 0;
    unsigned result = WASMPACK_CLIENT_CERTIFICATE_GOOD;
    if (certificate_size > INT32_MAX || key_size > INT32_MAX) return WASMPACK_CLIENT_CERTIFICATE_MISSING;
    BIO *certificate_text = BIO_new_mem_buf(certificate, (int)certificate_size);
    BIO *key_text = BIO_new_mem_buf(key, (int)key_size);
    X509 *own = certificate_text ? PEM_read_bio_X509(certificate_text, NULL, no_password, &is_encrypted) : NULL;
    EVP_PKEY *secret = key_text ? PEM_read_bio_PrivateKey(key_text, NULL, no_password, &is_encrypted) : NULL;
    if (!own) result = WASMPACK_CLIENT_CERTIFICATE_MISSING;
    else if (!secret) result = is_encrypted ? WASMPACK_CLIENT_KEY_ENCRYPTED : WASMPACK_CLIENT_KEY_MISSING;
    else if (X509_check_private_key(own, secret) != 1) result = WASMPACK_CLIENT_KEY_OF_ANOTHER;
    EVP_PKEY_free(secret);
    X509_free(own);
    BIO_free(key_text);
    BIO_free(certificate_text);
    ERR_clear_error();
    return result;
}
