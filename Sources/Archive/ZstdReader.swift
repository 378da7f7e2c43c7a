import CArchive
package import Diagnostics

/// Unpacks a zstd stream (RFC 8878) of one or more frames with libarchive.
///
/// A frame may ask for a window of at most 128 MiB, libzstd's own limit. Throws ``Failure/Code/layerInvalid`` for bytes
/// that are not zstd, that end too early, or that follow the last frame, and for a stream without content.
package final class ZstdReader: ByteSource {
    private let archive: OpaquePointer
    private let input: ArchiveInput
    /// Unpacked bytes that nobody has taken yet; they belong to libarchive until it is asked for more.
    private var rest = UnsafeRawBufferPointer(start: nil, count: 0)
    private var isAtEnd = false

    /// Unpacks what a source gives.
    ///
    /// Throws ``Failure/Code/layerInvalid`` also if libarchive was built without zstd.
    package init(_ source: any ByteSource) throws(Failure) {
        guard let archive = archive_read_new() else {
            throw Failure(.internalError, "libarchive has no memory")
        }
        self.archive = archive
        input = ArchiveInput(source)
        // Without the library libarchive would start the program `zstd`.
        guard archive_libzstd_version() != nil else {
            throw Failure(
                .layerInvalid,
                "the layer is packed with zstd, which this program cannot unpack",
                why: "its libarchive was built without zstd",
                try: ["build the image again: wasmpack push REFERENCE plugin.wasm"]
            )
        }
        // Exactly this one filter: left to itself, libarchive would unpack zstd within zstd within zstd.
        guard archive_read_append_filter(archive, ARCHIVE_FILTER_ZSTD) == ARCHIVE_OK,
            archive_read_support_format_raw(archive) == ARCHIVE_OK
        else { throw lastFailure() }
        let opened = input.open(archive)
        if let failure = input.failure { throw failure }
        guard opened == ARCHIVE_OK else { throw lastFailure() }
        var entry: OpaquePointer?
        let result = archive_read_next_header(archive, &entry)
        if let failure = input.failure { throw failure }
        // To libarchive a stream that cannot be unpacked from its start and an empty one look the same.
        guard result == ARCHIVE_OK else {
            throw Failure(
                .layerInvalid,
                "the layer is not valid zstd",
                why: "it is empty, damaged or cut off"
            )
        }
    }

    deinit {
        withExtendedLifetime(input) { _ = archive_read_free(archive) }
    }

    /// Unpacks the next bytes.
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
        let words = archive_error_string(archive).map { String(cString: $0) }
        return Failure(
            .layerInvalid,
            "the layer is not valid zstd",
            why: words ?? "libarchive cannot read it"
        )
    }
}
