import CArchive

/// Writes a tar of regular files and folders with libarchive into a memory buffer that the caller empties.
///
/// Headers are reproducible: owner 0:0 without names, and the given mode and time.
final class TarWriter {
    private let archive: OpaquePointer
    private let output: Output

    /// The output buffer of libarchive's callback; a class, because C holds a pointer to it.
    private final class Output {
        var bytes: [UInt8] = []
    }

    /// The header format.
    enum Format {
        /// POSIX.1-1988 `ustar` only.
        case ustar
        /// `ustar`, with an extended header (POSIX.1-2001 `pax`) for entries that do not fit, such as a name with a SHA-512.
        case extended
    }

    init(_ format: Format = .ustar) throws(ArchiveError) {
        guard let archive = archive_write_new() else {
            throw ArchiveError("libarchive cannot allocate memory")
        }
        self.archive = archive
        output = Output()
        switch format {
        case .ustar: try check(archive_write_set_format_ustar(archive))
        case .extended: try check(archive_write_set_format_pax_restricted(archive))
        }
        // Unbuffered: every write reaches the callback immediately, without padding to a tape block.
        try check(archive_write_set_bytes_per_block(archive, 0))
        let write: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, UnsafeRawPointer?, Int) -> Int =
            {
                _,
                context,
                start,
                count in
                guard let context, let start else { return -1 }
                let output = Unmanaged<Output>.fromOpaque(context).takeUnretainedValue()
                output.bytes.append(contentsOf: UnsafeRawBufferPointer(start: start, count: count))
                return count
            }
        try check(archive_write_open(archive, Unmanaged.passUnretained(output).toOpaque(), nil, write, nil))
    }

    deinit {
        // archive_write_free may still call the callback.
        withExtendedLifetime(output) { _ = archive_write_free(archive) }
    }

    /// Begins a regular file.
    ///
    /// - Parameters:
    ///   - name: its name in the tar.
    ///   - size: the number of bytes that will follow.
    ///   - permissions: its mode without the file type.
    ///   - time: the modification time, in seconds since 1970.
    /// - Throws: libarchive's error, for a size or time that a header cannot hold.
    func begin(file name: String, size: Int, permissions: UInt16 = 0o644, time: Int64) throws(ArchiveError) {
        try begin(name, regularFile, size: size, permissions: permissions, time: time)
    }

    /// Writes a folder without its contents, which are separate entries.
    ///
    /// - Parameters:
    ///   - name: its name in the tar; libarchive adds the `/` at the end.
    ///   - permissions: its mode without the file type.
    ///   - time: the modification time, in seconds since 1970.
    /// - Throws: libarchive's error, for a name or time that a header cannot hold.
    func write(folder name: String, permissions: UInt16, time: Int64) throws(ArchiveError) {
        try begin(name, Archive.folder, size: 0, permissions: permissions, time: time)
        try endFile()
    }

    private func begin(_ name: String, _ type: UInt32, size: Int, permissions: UInt16, time: Int64)
        throws(ArchiveError)
    {
        guard let entry = archive_entry_new() else { throw ArchiveError("libarchive cannot allocate memory") }
        defer { archive_entry_free(entry) }
        archive_entry_set_pathname(entry, name)
        archive_entry_set_filetype(entry, type)
        archive_entry_set_perm(entry, mode_t(permissions))
        archive_entry_set_size(entry, Int64(size))
        archive_entry_set_mtime(entry, Int(time), 0)
        archive_entry_set_uid(entry, 0)
        archive_entry_set_gid(entry, 0)
        try check(archive_write_header(archive, entry))
    }

    /// Writes the next bytes of the current file.
    func write(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        let written = archive_write_data(archive, bytes.baseAddress, bytes.count)
        guard written == bytes.count else { throw lastError() }
    }

    /// Ends the current file.
    func endFile() throws(ArchiveError) { try check(archive_write_finish_entry(archive)) }

    /// Ends the current file, if any, and the archive.
    func finish() throws(ArchiveError) {
        try check(archive_write_close(archive))
    }

    /// Returns the bytes written since the last call.
    func takeOutput() -> [UInt8] {
        defer { output.bytes.removeAll(keepingCapacity: true) }
        return output.bytes
    }

    private func check(_ result: Int32) throws(ArchiveError) {
        if result != ARCHIVE_OK { throw lastError() }
    }

    private func lastError() -> ArchiveError {
        ArchiveError(archive_error_string(archive).map { String(cString: $0) } ?? "libarchive failed")
    }
}

// Macros with casts, which Swift does not import: `AE_IFREG`, `AE_IFDIR` and `AE_IFLNK`.
let regularFile: UInt32 = 0o100000
let folder: UInt32 = 0o040000
let symbolicLink: UInt32 = 0o120000
