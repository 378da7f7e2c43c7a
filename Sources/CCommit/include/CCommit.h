// The commit that the program was built from.
#ifndef WASMPACK_CCOMMIT_H
#define WASMPACK_CCOMMIT_H

// Returns the commit as the build named it, or NULL if it named none. Static.
const char *wasmpack_commit(void);

#endif
