// What the files of this target share: libssl's header, with its functions hidden.
#ifndef WASMPACK_CTLS_LIBRARY_H
#define WASMPACK_CTLS_LIBRARY_H

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

// Hidden: otherwise the calls of other libraries to libssl would come here. libcrypto, above, is linked.
#pragma GCC visibility push(hidden)
#include <openssl/ssl.h>
#pragma GCC visibility pop

#include "CTLS.h"

#endif
