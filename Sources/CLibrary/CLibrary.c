#include "CLibrary.h"

#include <dlfcn.h>
#include <string.h>

static char *message(void) {
    const char *text = dlerror();
    return strdup(text ? text : "the dynamic linker gives no reason");
}

char *wasmpack_open_library(
    const char *const *names, size_t name_count, const wasmpack_function *functions, size_t function_count,
    void **library) {
    void *opened = NULL;
    for (size_t index = 0; index < name_count && !opened; index++) opened = dlopen(names[index], RTLD_LAZY | RTLD_LOCAL);
    if (!opened) return message();
    for (size_t index = 0; index < function_count; index++) {
        void *address = dlsym(opened, functions[index].name);
        if (!address) return message();
        *functions[index].address = address;
    }
    *library = opened;
    return NULL;
}
