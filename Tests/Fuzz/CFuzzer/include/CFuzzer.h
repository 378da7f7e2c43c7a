#include <stddef.h>
#include <stdint.h>

/// libFuzzer's loop (compiler-rt, FuzzerInterface.h); it takes libFuzzer's options from the command line.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*take)(const uint8_t *data, size_t size));
