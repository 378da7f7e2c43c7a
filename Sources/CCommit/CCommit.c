#include "CCommit.h"

#include <stddef.h>

// The value has no quotes, which would have to survive make, a shell and SwiftPM.
#define QUOTED(text) #text
#define EXPANDED(text) QUOTED(text)

const char *wasmpack_commit(void) {
#ifdef WASMPACK_COMMIT
    return EXPANDED(WASMPACK_COMMIT);
#else
    return NULL;
#endif
}
