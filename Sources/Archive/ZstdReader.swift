import CArchive
package import Diagnostics

/// Decompresses a zstd stream (RFC 8878) of one or more frames with libarchive.
///
/// The window of a frame is limited to 128 MiB by libzstd. Throws ``Failure/Code/layerInvalid`` for bytes that are not
/// zstd, for a truncated stream, for bytes after the last frame, and for a stream without content.
package final class ZstdReader: ByteSource {
    private let archive: OpaquePointer
    private let input: ArchiveInput
    /// Decompressed bytes that have not been read; libarchive owns them until the next call.
    private var rest = UnsafeRawBufferPointer(start: nil, count: 0)
    private var isAtEnd = false

    /// Decompresses a source.
    ///
    /// Throws ``Failure/Code/layerInvalid`` also if libarchive was built without zstd.
    package init(_ source: any ByteSource) throws(Failure) {
        try ArchiveLibrary.shared.require()
        guard let archive = archive_read_new() else {
            throw Failure(.internalError, "libarchive cannot allocate memory")
        }
        self.archive = archive
        input = ArchiveInput(source)
        // Without libzstd, libarchive would start the program `zstd`.
        guard archive_libzstd_version() != nil else {
            throw Failure(
                .layerInvalid,
                "this wasmpack cannot decompress zstd layers",
                why: "its libarchive was built without zstd",
                try: ["build the image again: wasmpack push REFERENCE plugin.wasm"]
            )
        }
        // Only one filter: by default, libarchive would decompress nested zstd streams.
        guard archive_read_append_filter(archive, ARCHIVE_FILTER_ZSTD) == ARCHIVE_OK,
            archive_read_support_format_raw(archive) == ARCHIVE_OK
        else { throw lastFailure() }
        let opened = input.open(archive)
        if let failure = input.failure { throw failure }
        guard opened == ARCHIVE_OK else { throw lastFailure() }
        var entry: OpaquePointer?
        let result = archive_read_next_header(archive, &entry)
        if let failure = input.failure { throw failure }
        // libarchive does not distinguish an invalid start from an empty stream.
        guard result == ARCHIVE_OK else {
            throw Failure(
                .layerInvalid,
                "the layer is not valid zstd",
                why: "it is empty, damaged or truncated"
            )
        }
    }

    deinit {
        withExtendedLifetime(input) { _ = archive_read_free(archive) }
    }

    /// Decompresses the next bytes.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
        while rest.isEmpty, !isAtEnd { try fill() }
        let count = min(buffer.count, rest.count)
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        return count
    }

    private func fill() throws(Failure) {
        var start: UnsafeRawPointer?
        var count = 0
        var offset: Int64 = 0
        let result = archive_read_data_block(archive, &start, &count, &offset)
        if let failure = input.failure { throw failure }
        isAtEnd = result == ARCHIVE_EOF
        guard isAtEnd || result == ARCHIVE_OK else { throw lastFailure() }
        rest = UnsafeRawBufferPointer(start: start, count: isAtEnd ? 0 : count)
    }

    private func lastFailure() -> Failure {
        let message = archive_error_string(archive).map { String(cString: $0) }
        return Failure(
            .layerInvalid,
            "the layer is not valid zstd",
            why: message ?? "libarchive cannot read it"
        )
    }
}
