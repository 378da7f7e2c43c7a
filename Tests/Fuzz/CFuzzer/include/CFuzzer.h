#include <stddef.h>
#include <stdint.h>

/// libFuzzer's loop (compiler-rt, FuzzerInterface.h); it takes libFuzzer's options from the command line.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*take)(const uint8_t *data, size_t size));

/// Changes the first `size` of `limit` bytes in place, as libFuzzer does without a mutator; returns their new number.
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t limit);
