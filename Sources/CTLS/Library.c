// libssl's functions under their own names, each of which calls the opened library. Without it, they return an error or
// NULL.
#include "Library.h"

#include <CLibrary.h>
#include <dlfcn.h>

// Type, name, parameters, arguments, and the result without libssl.
#define FUNCTIONS(F)                                                                                                       \
    F(const SSL_METHOD *, TLS_server_method, (void), (), NULL)                                                             \
    F(SSL_CTX *, SSL_CTX_new, (const SSL_METHOD *method), (method), NULL)                                                  \
    F(long, SSL_CTX_ctrl, (SSL_CTX * context, int command, long number, void *pointer),                                    \
      (context, command, number, pointer), 0)                                                                              \
    F(uint64_t, SSL_CTX_set_options, (SSL_CTX * context, uint64_t options), (context, options), 0)                         \
    F(int, SSL_CTX_set_num_tickets, (SSL_CTX * context, size_t count), (context, count), 0)                                \
    F(int, SSL_CTX_use_certificate, (SSL_CTX * context, X509 * certificate), (context, certificate), 0)                    \
    F(int, SSL_CTX_use_PrivateKey, (SSL_CTX * context, EVP_PKEY * key), (context, key), 0)                                 \
    F(SSL *, SSL_new, (SSL_CTX * context), (context), NULL)                                                                \
    F(int, SSL_do_handshake, (SSL * connection), (connection), -1)                                                         \
    F(int, SSL_get_error, (const SSL *connection, int result), (connection, result), SSL_ERROR_SSL)                        \
    F(int, SSL_is_init_finished, (const SSL *connection), (connection), 0)                                                 \
    F(int, SSL_read_ex, (SSL * connection, void *bytes, size_t size, size_t *count), (connection, bytes, size, count), 0)  \
    F(int, SSL_write_ex, (SSL * connection, const void *bytes, size_t size, size_t *count),                                \
      (connection, bytes, size, count), 0)                                                                                 \
    F(int, SSL_shutdown, (SSL * connection), (connection), -1)                                                             \
    F(int, SSL_select_next_proto,                                                                                          \
      (unsigned char **out, unsigned char *size, const unsigned char *own, unsigned own_size, const unsigned char *its,    \
       unsigned its_size),                                                                                                 \
      (out, size, own, own_size, its, its_size), OPENSSL_NPN_NO_OVERLAP)

// Those without a result.
#define PROCEDURES(F)                                                                                                      \
    F(SSL_CTX_free, (SSL_CTX * context), (context))                                                                        \
    F(SSL_CTX_set_alpn_select_cb, (SSL_CTX * context, SSL_CTX_alpn_select_cb_func function, void *pointer),                \
      (context, function, pointer))                                                                                        \
    F(SSL_free, (SSL * connection), (connection))                                                                          \
    F(SSL_set_accept_state, (SSL * connection), (connection))                                                              \
    F(SSL_set_bio, (SSL * connection, BIO * input, BIO * output), (connection, input, output))

FUNCTIONS(WASMPACK_FUNCTION)
PROCEDURES(WASMPACK_PROCEDURE)

static int uses_our_crypto;

char *wasmpack_open_ssl(void) {
#ifdef __APPLE__
    // With their folders: dlopen would search the current one too.
    static const char *const names[] = {
        "/opt/homebrew/opt/openssl@3/lib/libssl.3.dylib",
        "/usr/local/opt/openssl@3/lib/libssl.3.dylib",
    };
#else
    static const char *const names[] = {"libssl.so.3"};
#endif
    static const wasmpack_function functions[] = {
        FUNCTIONS(WASMPACK_FUNCTION_ADDRESS) PROCEDURES(WASMPACK_PROCEDURE_ADDRESS)};
    void *library = NULL;
    char *problem = wasmpack_open_library(
        names, sizeof names / sizeof *names, functions, sizeof functions / sizeof *functions, &library);
    // Another libcrypto than ours has other structs.
    if (!problem) uses_our_crypto = dlsym(library, "X509_digest") == (void *)X509_digest;
    return problem;
}

const char *wasmpack_check_ssl(void) { return uses_our_crypto ? NULL : "it uses another libcrypto than wasmpack"; }
