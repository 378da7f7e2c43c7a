// Connections of a server, between memory buffers: the caller moves the bytes to and from the network.
#include "Library.h"

#include <stdlib.h>
#include <string.h>

static const unsigned char protocols[] = "\x08http/1.1";

// Without a common protocol, the handshake fails (RFC 7301, section 3.2).
static int on_protocols(
    SSL *connection, const unsigned char **out, unsigned char *size, const unsigned char *its, unsigned its_size,
    void *unused) {
    (void)connection, (void)unused;
    unsigned char *chosen = NULL;
    if (SSL_select_next_proto(&chosen, size, protocols, sizeof protocols - 1, its, its_size) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

static int no_password(char *buffer, int size, int is_writing, void *was_asked) {
    (void)buffer, (void)size, (void)is_writing;
    *(int *)was_asked = 1;
    return -1;
}

static unsigned fill(SSL_CTX *server, BIO *certificates, BIO *key_text) {
    int is_encrypted = 0;
    unsigned result = WASMPACK_IDENTITY_REJECTED;
    X509 *own = PEM_read_bio_X509_AUX(certificates, NULL, no_password, &is_encrypted);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(key_text, NULL, no_password, &is_encrypted);
    if (!own) result = WASMPACK_IDENTITY_CERTIFICATE_MISSING;
    else if (!key) result = is_encrypted ? WASMPACK_IDENTITY_KEY_ENCRYPTED : WASMPACK_IDENTITY_KEY_MISSING;
    else if (X509_check_private_key(own, key) != 1) result = WASMPACK_IDENTITY_KEY_OF_ANOTHER;
    else {
        ERR_clear_error();
        int is_usable = SSL_CTX_use_certificate(server, own) == 1 && SSL_CTX_use_PrivateKey(server, key) == 1;
        X509 *next = NULL;
        while (is_usable && (next = PEM_read_bio_X509(certificates, NULL, no_password, &is_encrypted))) {
            is_usable = SSL_CTX_add0_chain_cert(server, next) == 1;
            if (!is_usable) X509_free(next);
        }
        // The end of the file is an error too, but a broken certificate is another one.
        if (is_usable && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) is_usable = 0;
        ERR_clear_error();
        if (is_usable) result = WASMPACK_IDENTITY_GOOD;
    }
    EVP_PKEY_free(key);
    X509_free(own);
    return result;
}

unsigned wasmpack_tls_server_new(
    const void *certificates, size_t certificates_size, const void *key, size_t key_size, void **result) {
    if (certificates_size > INT32_MAX || key_size > INT32_MAX) return WASMPACK_IDENTITY_REJECTED;
    ERR_clear_error();
    SSL_CTX *server = SSL_CTX_new(TLS_server_method());
    BIO *certificate_text = BIO_new_mem_buf(certificates, (int)certificates_size);
    BIO *key_text = BIO_new_mem_buf(key, (int)key_size);
    unsigned problem = WASMPACK_IDENTITY_REJECTED;
    if (server && certificate_text && key_text && SSL_CTX_set_min_proto_version(server, TLS1_2_VERSION) == 1) {
        SSL_CTX_set_options(server, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
        SSL_CTX_set_session_cache_mode(server, SSL_SESS_CACHE_OFF);
        SSL_CTX_set_num_tickets(server, 0);
        SSL_CTX_set_mode(server, SSL_MODE_RELEASE_BUFFERS);
        SSL_CTX_set_alpn_select_cb(server, on_protocols, NULL);
        problem = fill(server, certificate_text, key_text);
    }
    BIO_free(key_text);
    BIO_free(certificate_text);
    if (problem == WASMPACK_IDENTITY_GOOD) *result = server;
    else SSL_CTX_free(server);
    return problem;
}

void wasmpack_tls_server_free(void *server) { SSL_CTX_free(server); }

void wasmpack_tls_reason(char *text, size_t size) {
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    strncpy(text, reason ? reason : "", size - 1);
    text[size - 1] = 0;
    ERR_clear_error();
}

struct connection {
    SSL *ssl;
    BIO *input;
    BIO *output;
};

void *wasmpack_tls_new(void *server) {
    struct connection *new = calloc(1, sizeof *new);
    if (!new) return NULL;
    new->ssl = SSL_new(server);
    new->input = BIO_new(BIO_s_mem());
    new->output = BIO_new(BIO_s_mem());
    if (!new->ssl || !new->input || !new->output) {
        BIO_free(new->output);
        BIO_free(new->input);
        if (new->ssl) SSL_free(new->ssl);
        free(new);
        return NULL;
    }
    SSL_set_bio(new->ssl, new->input, new->output);
    SSL_set_accept_state(new->ssl);
    return new;
}

void wasmpack_tls_free(void *raw) {
    struct connection *connection = raw;
    if (!connection) return;
    // Also frees the buffers.
    SSL_free(connection->ssl);
    free(connection);
}

int wasmpack_tls_receive(void *connection, const void *bytes, size_t count) {
    size_t written = 0;
    return count == 0 || (BIO_write_ex(((struct connection *)connection)->input, bytes, count, &written) == 1 && written == count);
}

size_t wasmpack_tls_pending(void *connection) { return BIO_ctrl_pending(((struct connection *)connection)->output); }

size_t wasmpack_tls_take(void *connection, void *bytes, size_t count) {
    size_t taken = 0;
    BIO_read_ex(((struct connection *)connection)->output, bytes, count, &taken);
    return taken;
}

static int problem_of(SSL *ssl, int result) {
    switch (SSL_get_error(ssl, result)) {
    case SSL_ERROR_WANT_READ: return WASMPACK_TLS_WANTS_MORE;
    case SSL_ERROR_ZERO_RETURN: return WASMPACK_TLS_CLOSED;
    default: return WASMPACK_TLS_FAILED;
    }
}

int wasmpack_tls_handshake(void *connection) {
    SSL *ssl = ((struct connection *)connection)->ssl;
    ERR_clear_error();
    int result = SSL_do_handshake(ssl);
    if (result == 1) return WASMPACK_TLS_DONE;
    int found = problem_of(ssl, result);
    if (found == WASMPACK_TLS_FAILED && ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST) found = WASMPACK_TLS_PLAIN_HTTP;
    ERR_clear_error();
    return found;
}

int wasmpack_tls_read(void *connection, void *bytes, size_t size, size_t *count) {
    SSL *ssl = ((struct connection *)connection)->ssl;
    ERR_clear_error();
    int result = SSL_read_ex(ssl, bytes, size, count);
    if (result == 1) return WASMPACK_TLS_DONE;
    int found = problem_of(ssl, result);
    ERR_clear_error();
    return found;
}

int wasmpack_tls_write(void *connection, const void *bytes, size_t count) {
    size_t written = 0;
    ERR_clear_error();
    int is_good = SSL_write_ex(((struct connection *)connection)->ssl, bytes, count, &written) == 1 && written == count;
    ERR_clear_error();
    return is_good;
}

void wasmpack_tls_close(void *connection) {
    SSL *ssl = ((struct connection *)connection)->ssl;
    ERR_clear_error();
    if (SSL_is_init_finished(ssl)) SSL_shutdown(ssl);
    ERR_clear_error();
}
