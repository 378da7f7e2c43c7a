import CArchive
package import Diagnostics

/// Reads the entries of a tar with libarchive, without accessing the file system.
///
/// Entry names are only compared, never used as paths, so links and `..` in a tar are harmless.
package final class TarReader {
    /// One entry of a tar.
    package struct Entry: Sendable, Hashable {
        /// The kind of an entry.
        package enum Kind: String, Sendable {
            /// An ordinary file with its own bytes.
            case file
            case folder
            case symbolicLink = "symbolic link"
            case hardLink = "hard link"
            case sparseFile = "sparse file"
            /// A device, a pipe or any other kind.
            case special = "special file"
        }

        /// The name in the header.
        package let name: String
        /// The kind of the entry.
        package let kind: Kind
        /// The size in the header, in bytes.
        package let size: Int
        /// The target of a symbolic or hard link, from the header; `nil` for other kinds.
        package let link: String?

        /// Whether it is an ordinary file with its own bytes.
        package var isRegularFile: Bool { kind == .file }

        /// The last component of the name.
        package var baseName: Substring {
            // From the end: a hostile name may have a million components.
            let trimmed = name.utf8.lastIndex { $0 != UInt8(ascii: "/") }
            guard let last = trimmed else { return "" }
            let start = name.utf8[...last].lastIndex(of: UInt8(ascii: "/")).map(name.utf8.index(after:))
            return name[(start ?? name.startIndex)...last]
        }
    }

    private let archive: OpaquePointer
    private let input: ArchiveInput
    /// The entry with unread bytes.
    private var current: Entry?
    private var hasEntries = false

    /// Begins to read a tar.
    package init(_ source: any ByteSource) throws(Failure) {
        try ArchiveLibrary.shared.require()
        guard let archive = archive_read_new() else {
            throw Failure(.internalError, "libarchive cannot allocate memory")
        }
        self.archive = archive
        input = ArchiveInput(source)
        archive_read_support_format_tar(archive)
        let opened = input.open(archive)
        if let failure = input.failure { throw failure }
        // An empty input is a tar without entries; libarchive reports an unknown format.
        guard opened == ARCHIVE_OK || input.isEmpty else { throw lastFailure() }
    }

    deinit {
        withExtendedLifetime(input) { _ = archive_read_free(archive) }
    }

    /// Reads the header of the next entry; `nil` at the end.
    ///
    /// The end marker and the padding of the last file may be missing, as in umoci's tars, which proxies accept. A tar that
    /// ends within a file is ``Failure/Code/layerInvalid``.
    package func next() throws(Failure) -> Entry? {
        try forEachPiece { _ in }
        var entry: OpaquePointer?
        let result = archive_read_next_header(archive, &entry)
        if let failure = input.failure { throw failure }
        switch result {
        case ARCHIVE_OK, ARCHIVE_WARN: break
        case ARCHIVE_EOF: return nil
        default:
            if input.isAtEnd, hasEntries || input.isEmpty { return nil }
            throw lastFailure()
        }
        guard let entry else { throw lastFailure() }
        let name = archive_entry_pathname_utf8(entry) ?? archive_entry_pathname(entry)
        let size = archive_entry_size(entry)
        let read = Entry(
            name: name.map { String(cString: $0) } ?? "",
            kind: Self.kind(of: entry),
            size: Int(exactly: size) ?? .max,
            link: Self.link(of: entry)
        )
        current = read
        hasEntries = true
        return read
    }

    /// Passes the unread bytes of the current entry to a function.
    ///
    /// Passes only the stored bytes of a sparse file: holes are not filled, because a header can claim any size.
    package func forEachPiece(_ body: (UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
        guard let current else { return }
        var given = 0
        while true {
            var start: UnsafeRawPointer?
            var count = 0
            var offset: Int64 = 0
            // archive_read_data would drop the last bytes if the padding after them is missing.
            let result = archive_read_data_block(archive, &start, &count, &offset)
            if let failure = input.failure { throw failure }
            if result == ARCHIVE_EOF { break }
            guard result == ARCHIVE_OK || result == ARCHIVE_WARN else {
                // Only the padding is missing.
                if input.isAtEnd, given == current.size { break }
                throw lastFailure()
            }
            given += count
            try body(UnsafeRawBufferPointer(start: start, count: count))
        }
        self.current = nil
    }

    private static func kind(of entry: OpaquePointer) -> Entry.Kind {
        if archive_entry_hardlink(entry) != nil { return .hardLink }
        return switch archive_entry_filetype(entry) {
        case regularFile: archive_entry_sparse_count(entry) == 0 ? .file : .sparseFile
        case folder: .folder
        case symbolicLink: .symbolicLink
        default: .special
        }
    }

    private static func link(of entry: OpaquePointer) -> String? {
        let target =
            archive_entry_hardlink_utf8(entry) ?? archive_entry_hardlink(entry)
            ?? archive_entry_symlink_utf8(entry) ?? archive_entry_symlink(entry)
        return target.map { String(cString: $0) }
    }

    private func lastFailure() -> Failure {
        let message = archive_error_string(archive).map { String(cString: $0) }
        return Failure(
            .layerInvalid,
            "the layer is not a valid tar",
            why: message ?? "libarchive cannot read it"
        )
    }
}
