// Makes an authority and a server's certificate, by libcrypto.
#include "CTLS.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The clocks of clients may be this far behind, in seconds.
static const long clock_skew = 3600;

struct extension {
    int nid;
    const char *value;
};

static int extend(X509 *certificate, X509 *issuer, const struct extension *extensions, size_t count) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    for (size_t index = 0; index < count; index++) {
        X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, extensions[index].nid, extensions[index].value);
        int is_added = extension && X509_add_ext(certificate, extension, -1) == 1;
        X509_EXTENSION_free(extension);
        if (!is_added) return 0;
    }
    return 1;
}

// Returns a certificate without extensions and signature; without an issuer, it is its own.
static X509 *new_certificate(EVP_PKEY *key, const char *name, X509 *issuer, long days) {
    uint64_t serial = 0;
    X509 *new = X509_new();
    if (!new || RAND_bytes((unsigned char *)&serial, sizeof serial) != 1) goto failed;
    // Positive, and not zero (RFC 5280, section 4.1.2.2).
    serial = (serial >> 2) | 1;
    X509_NAME *subject = X509_get_subject_name(new);
    if (X509_set_version(new, X509_VERSION_3) != 1 || ASN1_INTEGER_set_uint64(X509_get_serialNumber(new), serial) != 1) goto failed;
    if (!X509_gmtime_adj(X509_getm_notBefore(new), -clock_skew)) goto failed;
    if (!X509_time_adj_ex(X509_getm_notAfter(new), (int)days, 0, NULL)) goto failed;
    if (X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0) != 1) goto failed;
    if (X509_set_issuer_name(new, X509_get_subject_name(issuer ? issuer : new)) != 1 || X509_set_pubkey(new, key) != 1) goto failed;
    return new;
failed:
    X509_free(new);
    return NULL;
}

static char *text_of(BIO *memory) {
    char *bytes = NULL;
    long count = BIO_get_mem_data(memory, &bytes);
    char *copy = count > 0 ? malloc((size_t)count + 1) : NULL;
    if (!copy) return NULL;
    memcpy(copy, bytes, (size_t)count);
    copy[count] = 0;
    return copy;
}

static char *certificate_text(X509 *certificate) {
    BIO *memory = BIO_new(BIO_s_mem());
    char *text = memory && PEM_write_bio_X509(memory, certificate) == 1 ? text_of(memory) : NULL;
    BIO_free(memory);
    return text;
}

static char *key_text(EVP_PKEY *key) {
    BIO *memory = BIO_new(BIO_s_mem());
    char *text =
        memory && PEM_write_bio_PrivateKey(memory, key, NULL, NULL, 0, NULL, NULL) == 1 ? text_of(memory) : NULL;
    BIO_free(memory);
    return text;
}

int wasmpack_make_certificates(const char *names, long days, struct wasmpack_certificates *result) {
    const struct extension of_authority[] = {
        {NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
        {NID_key_usage, "critical,keyCertSign,cRLSign"},
        {NID_subject_key_identifier, "hash"},
    };
    const struct extension of_server[] = {
        {NID_basic_constraints, "critical,CA:FALSE"},
        {NID_key_usage, "critical,digitalSignature"},
        {NID_ext_key_usage, "serverAuth"},
        {NID_subject_key_identifier, "hash"},
        {NID_authority_key_identifier, "keyid"},
        {NID_subject_alt_name, names},
    };
    // Several authorities of this name may be trusted at the same time.
    unsigned char random[8];
    char name[64];
    memset(result, 0, sizeof *result);
    if (RAND_bytes(random, sizeof random) != 1) return 0;
    int length = snprintf(name, sizeof name, "wasmpack serve ");
    for (size_t index = 0; index < sizeof random; index++)
        length += snprintf(name + length, sizeof name - (size_t)length, "%02x", random[index]);

    EVP_PKEY *authority_key = EVP_EC_gen("P-256");
    EVP_PKEY *server_key = EVP_EC_gen("P-256");
    X509 *authority = authority_key ? new_certificate(authority_key, name, NULL, days) : NULL;
    X509 *server = authority && server_key ? new_certificate(server_key, "wasmpack serve", authority, days) : NULL;
    if (server && extend(authority, authority, of_authority, sizeof of_authority / sizeof *of_authority)
        && X509_sign(authority, authority_key, EVP_sha256()) > 0
        && extend(server, authority, of_server, sizeof of_server / sizeof *of_server)
        && X509_sign(server, authority_key, EVP_sha256()) > 0) {
        result->authority = certificate_text(authority);
        result->certificate = certificate_text(server);
        result->key = key_text(server_key);
    }
    X509_free(server);
    X509_free(authority);
    EVP_PKEY_free(server_key);
    EVP_PKEY_free(authority_key);
    ERR_clear_error();
    return result->authority && result->certificate && result->key;
}
