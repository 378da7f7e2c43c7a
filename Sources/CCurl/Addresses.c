#include "Library.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

// Called before a socket is opened. Rejects addresses that are not IP addresses.
static curl_socket_t open_socket(void *check, curlsocktype purpose, struct curl_sockaddr *to) {
    const wasmpack_address_check *address_check = check;
    char text[INET6_ADDRSTRLEN];
    const void *address = to->family == AF_INET    ? (const void *)&((struct sockaddr_in *)&to->addr)->sin_addr
                          : to->family == AF_INET6 ? (const void *)&((struct sockaddr_in6 *)&to->addr)->sin6_addr
                                                   : NULL;
    (void)purpose;
    if (!address || !inet_ntop(to->family, address, text, sizeof text) || !address_check->accepts(address_check->context, text, 0))
        return CURL_SOCKET_BAD;
    int type = to->socktype;
#ifdef SOCK_CLOEXEC
    type |= SOCK_CLOEXEC;
#endif
    return socket(to->family, type, to->protocol);
}

// Called before each request, also on an existing connection.
static int begin_request(void *check, char *address, char *own_address, int port, int own_port) {
    const wasmpack_address_check *address_check = check;
    (void)own_address, (void)port, (void)own_port;
    return address_check->accepts(address_check->context, address, 1) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

unsigned wasmpack_setopt_address_check(void *handle, const wasmpack_address_check *check) {
    CURLcode result = wasmpack_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    if (result == CURLE_OK) result = wasmpack_setopt(handle, CURLOPT_OPENSOCKETDATA, check);
    if (result == CURLE_OK) result = wasmpack_setopt(handle, CURLOPT_PREREQFUNCTION, begin_request);
    if (result == CURLE_OK) result = wasmpack_setopt(handle, CURLOPT_PREREQDATA, check);
    return result;
}
