// libarchive's functions under their own names, each of which calls the opened library. Without it, they return an error
// or NULL.
// Hidden: otherwise libarchive's internal calls would come here.
#pragma GCC visibility push(hidden)
#include "CArchive.h"

#include <CLibrary.h>

// Type, name, parameters, arguments, and the result without libarchive.
#define FUNCTIONS(F)                                                                                                       \
    F(__LA_MODE_T, archive_entry_filetype, (struct archive_entry * entry), (entry), 0)                                     \
    F(const char *, archive_entry_hardlink, (struct archive_entry * entry), (entry), NULL)                                 \
    F(const char *, archive_entry_hardlink_utf8, (struct archive_entry * entry), (entry), NULL)                            \
    F(struct archive_entry *, archive_entry_new, (void), (), NULL)                                                         \
    F(const char *, archive_entry_pathname, (struct archive_entry * entry), (entry), NULL)                                 \
    F(const char *, archive_entry_pathname_utf8, (struct archive_entry * entry), (entry), NULL)                            \
    F(la_int64_t, archive_entry_size, (struct archive_entry * entry), (entry), 0)                                          \
    F(int, archive_entry_sparse_count, (struct archive_entry * entry), (entry), 0)                                         \
    F(const char *, archive_entry_symlink, (struct archive_entry * entry), (entry), NULL)                                  \
    F(const char *, archive_entry_symlink_utf8, (struct archive_entry * entry), (entry), NULL)                             \
    F(const char *, archive_error_string, (struct archive * archive), (archive), NULL)                                     \
    F(const char *, archive_libzstd_version, (void), (), NULL)                                                             \
    F(int, archive_read_append_filter, (struct archive * archive, int filter), (archive, filter), ARCHIVE_FATAL)           \
    F(int, archive_read_data_block,                                                                                        \
      (struct archive * archive, const void **bytes, size_t *count, la_int64_t *offset), (archive, bytes, count, offset),  \
      ARCHIVE_FATAL)                                                                                                       \
    F(int, archive_read_free, (struct archive * archive), (archive), ARCHIVE_FATAL)                                        \
    F(struct archive *, archive_read_new, (void), (), NULL)                                                                \
    F(int, archive_read_next_header, (struct archive * archive, struct archive_entry * *entry), (archive, entry),          \
      ARCHIVE_FATAL)                                                                                                       \
    F(int, archive_read_open,                                                                                              \
      (struct archive * archive, void *context, archive_open_callback *open, archive_read_callback *read,                  \
       archive_close_callback *close),                                                                                     \
      (archive, context, open, read, close), ARCHIVE_FATAL)                                                                \
    F(int, archive_read_support_format_raw, (struct archive * archive), (archive), ARCHIVE_FATAL)                          \
    F(int, archive_read_support_format_tar, (struct archive * archive), (archive), ARCHIVE_FATAL)                          \
    F(int, archive_version_number, (void), (), 0)                                                                          \
    F(int, archive_write_close, (struct archive * archive), (archive), ARCHIVE_FATAL)                                      \
    F(la_ssize_t, archive_write_data, (struct archive * archive, const void *bytes, size_t count),                         \
      (archive, bytes, count), ARCHIVE_FATAL)                                                                              \
    F(int, archive_write_finish_entry, (struct archive * archive), (archive), ARCHIVE_FATAL)                               \
    F(int, archive_write_free, (struct archive * archive), (archive), ARCHIVE_FATAL)                                       \
    F(int, archive_write_header, (struct archive * archive, struct archive_entry * entry), (archive, entry),               \
      ARCHIVE_FATAL)                                                                                                       \
    F(struct archive *, archive_write_new, (void), (), NULL)                                                               \
    F(int, archive_write_open,                                                                                             \
      (struct archive * archive, void *context, archive_open_callback *open, archive_write_callback *write,                \
       archive_close_callback *close),                                                                                     \
      (archive, context, open, write, close), ARCHIVE_FATAL)                                                               \
    F(int, archive_write_set_bytes_per_block, (struct archive * archive, int count), (archive, count), ARCHIVE_FATAL)      \
    F(int, archive_write_set_format_pax_restricted, (struct archive * archive), (archive), ARCHIVE_FATAL)                  \
    F(int, archive_write_set_format_ustar, (struct archive * archive), (archive), ARCHIVE_FATAL)

// Those without a result.
#define PROCEDURES(F)                                                                                                      \
    F(archive_entry_free, (struct archive_entry * entry), (entry))                                                         \
    F(archive_entry_set_filetype, (struct archive_entry * entry, unsigned type), (entry, type))                            \
    F(archive_entry_set_gid, (struct archive_entry * entry, la_int64_t number), (entry, number))                           \
    F(archive_entry_set_mtime, (struct archive_entry * entry, time_t seconds, long nanoseconds),                           \
      (entry, seconds, nanoseconds))                                                                                       \
    F(archive_entry_set_pathname, (struct archive_entry * entry, const char *name), (entry, name))                         \
    F(archive_entry_set_perm, (struct archive_entry * entry, __LA_MODE_T mode), (entry, mode))                             \
    F(archive_entry_set_size, (struct archive_entry * entry, la_int64_t size), (entry, size))                              \
    F(archive_entry_set_uid, (struct archive_entry * entry, la_int64_t number), (entry, number))

FUNCTIONS(WASMPACK_FUNCTION)
PROCEDURES(WASMPACK_PROCEDURE)

char *wasmpack_open_archive(void) {
#ifdef __APPLE__
    static const char *const names[] = {
        // With their folders: dlopen would search the current one too.
        "/opt/homebrew/opt/libarchive/lib/libarchive.13.dylib",
        "/usr/local/opt/libarchive/lib/libarchive.13.dylib",
    };
#else
    static const char *const names[] = {"libarchive.so.13"};
#endif
    static const wasmpack_function functions[] = {FUNCTIONS(WASMPACK_FUNCTION_ADDRESS) PROCEDURES(WASMPACK_PROCEDURE_ADDRESS)};
    void *library = NULL;
    return wasmpack_open_library(
        names, sizeof names / sizeof *names, functions, sizeof functions / sizeof *functions, &library);
}
