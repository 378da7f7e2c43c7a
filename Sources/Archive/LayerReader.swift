package import Diagnostics

/// Reads a layer in one pass: detects its kind from its bytes, hashes the uncompressed content and extracts a file.
///
/// Ignores the descriptor's media type and size; callers compare them.
package enum LayerReader {
    /// The maximum size of a tar, in bytes: 256 MiB, the limit of Istio and Envoy Gateway.
    package static let tarLimit = 256 * 1024 * 1024

    /// The maximum size of a layer that can unpack to at most ``tarLimit``, in bytes: gzip and zstd add far less than 1/256
    /// to incompressible data.
    package static let sizeLimit = tarLimit + tarLimit / 256

    /// The maximum length of all names and link targets in a layer, in bytes: 64 MiB, 128 bytes for each of the 524,288
    /// entries that fit into ``tarLimit``.
    private static let namesLimit = 64 * 1024 * 1024

    /// Reads a layer to its end.
    ///
    /// - Parameters:
    ///   - source: the layer's bytes.
    ///   - contents: receives the contents, as far as they were read, even if this throws.
    ///   - wanted: the file to extract; a layer that is a bare module is extracted completely.
    ///   - visit: called with each entry of a tar and its index.
    ///   - write: receives the bytes of the extracted file.
    /// - Throws: ``Failure/Code/layerInvalid`` for a layer that is damaged, too large, or neither a tar nor a module, and the
    ///   errors of `write`.
    package static func read(
        _ source: any ByteSource,
        into contents: inout Contents,
        extracting wanted: Selection = .none,
        visit: (TarReader.Entry, Int) -> Void = { _, _ in },
        write: (UnsafeRawBufferPointer) throws(Failure) -> Void = { _ in }
    ) throws(Failure) {
        contents = Contents()
        let packed = try PeekingSource(source, count: 4)
        contents.compression = Compression(of: packed.head)
        let unpacked = try PeekingSource(contents.compression.unpacked(packed), count: 4)
        let bytes = HashingSource(
            unpacked,
            limit: tarLimit,
            overflow: Failure(
                .layerInvalid,
                "the layer unpacks to more than 256 MiB",
                why: "Istio and Envoy Gateway read at most 256 MiB"
            )
        )
        defer { contents.unpackedSize = bytes.byteCount }
        if unpacked.head.starts(with: MagicNumber.wasm) {
            contents.content = .module
            try bytes.forEachPiece(write)
        } else {
            let tar = try TarReader(bytes)
            try read(tar, into: &contents, extracting: wanted, visit: visit, write: write)
            try bytes.forEachPiece { _ in }
        }
        contents.diffID = bytes.digest
    }

    private static func read(
        _ tar: TarReader,
        into contents: inout Contents,
        extracting wanted: Selection,
        visit: (TarReader.Entry, Int) -> Void,
        write: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        var nameBytes = 0
        while let entry = try tar.next() {
            nameBytes += entry.name.utf8.count + (entry.link?.utf8.count ?? 0)
            guard nameBytes <= namesLimit else {
                throw Failure(
                    .layerInvalid,
                    "the file names in the layer exceed 64 MiB",
                    why: "at most 64 MiB of file names are read from a layer"
                )
            }
            let index = contents.entryCount
            visit(entry, index)
            let isSelected =
                switch wanted {
                case .named(let name): entry.baseName == name
                case .entry(let wantedPlace): index == wantedPlace
                case .none: false
                }
            guard contents.add(entry, isSelected: isSelected) else { continue }
            if contents.matches.isEmpty { try extract(entry, of: tar, write) }
            contents.addMatch(entry)
        }
        // A layer with only zero blocks is a tar without entries.
        contents.content = .tar
    }

    private static func extract(
        _ entry: TarReader.Entry,
        of tar: TarReader,
        _ write: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        var written = 0
        try tar.forEachPiece { piece throws(Failure) in
            written += piece.count
            try write(piece)
        }
        guard written == entry.size else {
            throw Failure(.layerInvalid, "\(entry.name) ends after \(written) of \(entry.size) bytes")
        }
    }
}

extension LayerReader.Compression {
    /// Detects the compression from the magic number in the first four bytes.
    package init(of head: [UInt8]) {
        self =
            head.starts(with: MagicNumber.gzip)
            ? .gzip : head.starts(with: MagicNumber.zstd) ? .zstd : .none
    }

    /// Returns a source that decompresses another one; the source itself for ``none``.
    package func unpacked(_ source: any ByteSource) throws(Failure) -> any ByteSource {
        switch self {
        case .none: source
        case .gzip: try GzipReader(source)
        case .zstd: try ZstdReader(source)
        }
    }
}
