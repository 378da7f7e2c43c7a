// Libraries of the system that are opened when they are needed: a start without them is several milliseconds faster.
#ifndef WASMPACK_CLIBRARY_H
#define WASMPACK_CLIBRARY_H

#include <stddef.h>

// A function of a library, and the pointer that receives its address.
typedef struct {
    const char *name;
    void **address;
} wasmpack_function;

// Opens the first library of the list that can be opened and finds its functions. On success sets `library` and returns
// NULL; otherwise returns the dynamic linker's message about the last one, for the caller to free.
char *wasmpack_open_library(
    const char *const *names, size_t name_count, const wasmpack_function *functions, size_t function_count, void **library);

#endif
