#include "CArguments.h"

#include <stdlib.h>

static int count = -1;
static char **arguments;

// Swift's `CommandLine` reads /proc/self/cmdline or searches the stack beside the environment. Both fail silently, with an
// empty list: in a chroot without /proc, or after a preloaded library has moved the environment. glibc and dyld pass main's
// arguments to constructors too.
#if defined(__GLIBC__) || defined(__APPLE__)
__attribute__((constructor)) static void keep_arguments(int argc, char **argv) {
    count = argc;
    arguments = argv;
}
#endif

int wasmpack_argument_count(void) { return count; }

char **wasmpack_arguments(void) { return arguments; }

#if defined(__APPLE__)
#include <crt_externs.h>
char **wasmpack_environment(void) { return *_NSGetEnviron(); }
#else
extern char **environ;
char **wasmpack_environment(void) { return environ; }
#endif
