// libarchive, opened when it is needed.
#ifndef WASMPACK_CARCHIVE_H
#define WASMPACK_CARCHIVE_H

#include <archive.h>
#include <archive_entry.h>

// Opens libarchive. Returns NULL on success, otherwise the reason, which the caller frees. Call once per process; before
// it, libarchive's functions fail.
char *wasmpack_open_archive(void);

#endif
