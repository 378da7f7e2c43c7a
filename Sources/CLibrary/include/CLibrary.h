// Libraries of the system that are opened when they are needed: a start without them is several milliseconds faster.
#ifndef WASMPACK_CLIBRARY_H
#define WASMPACK_CLIBRARY_H

#include <stddef.h>

// A function of a library, and the pointer that receives its address.
typedef struct {
    const char *name;
    void **address;
} wasmpack_function;

// A library's target lists its functions in two macros: FUNCTIONS with type, name, parameters, arguments and the result
// without the library, PROCEDURES without type and result. These make a function of that name for each, which calls the
// found one, and the table for `wasmpack_open_library`.
#define WASMPACK_FUNCTION(type, name, parameters, arguments, failure)                                                      \
    static type(*found_##name) parameters;                                                                                 \
    type name parameters { return found_##name ? found_##name arguments : failure; }
#define WASMPACK_PROCEDURE(name, parameters, arguments)                                                                    \
    static void(*found_##name) parameters;                                                                                 \
    void name parameters {                                                                                                 \
        if (found_##name) found_##name arguments;                                                                          \
    }
#define WASMPACK_FUNCTION_ADDRESS(type, name, ...) {#name, (void **)&found_##name},
#define WASMPACK_PROCEDURE_ADDRESS(name, ...) {#name, (void **)&found_##name},

// Opens the first library of the list that can be opened and finds its functions. On success sets `library` and returns
// NULL, with every address set; otherwise changes no more addresses, and returns the dynamic linker's message about the last one, for the caller to free.
char *wasmpack_open_library(
    const char *const *names, size_t name_count, const wasmpack_function *functions, size_t function_count, void **library);

#endif
