public import Diagnostics
public import OCI

/// Reads one tar layer in one pass: verifies its diffID and hands on the file that is looked for.
public struct LayerReader {
    /// How the tar is packed.
    public enum Compression: Sendable {
        case none
        case gzip
    }

    /// The largest tar that is read, in bytes: 256 MiB, where Istio and Envoy Gateway stop.
    public static let tarLimit = 256 * 1024 * 1024

    /// The largest layer that can unpack to no more than that, in bytes: gzip adds far less than a 256th to what it
    /// cannot compress.
    public static let sizeLimit = tarLimit + tarLimit / 256

    /// What was in a layer.
    public struct Contents: Sendable, Hashable {
        /// The digest of the uncompressed tar.
        public let diffID: Digest
        /// The size of the uncompressed tar, in bytes.
        public let tarSize: Int
        /// The first entries, as many as are worth showing.
        public let entries: [TarReader.Entry]
        /// How many entries there are.
        public let entryCount: Int
        /// The first regular files with the name looked for; the very first one was handed on.
        public let matches: [TarReader.Entry]
    }

    /// How many entries are kept; a hostile layer has hundreds of thousands.
    private static let shownEntries = 100
    /// The longest name that is kept, in bytes, though a tar's may have a megabyte: Linux's `PATH_MAX`.
    private static let shownNameLength = 4096

    /// Reads a layer to its end.
    ///
    /// - Parameters:
    ///   - source: the layer's bytes.
    ///   - compression: how they are packed.
    ///   - baseName: the last part of the name of the file looked for.
    ///   - write: takes the next bytes of the first regular file with that name.
    /// - Returns: what was in the layer.
    /// - Throws: ``Failure/Code/layerInvalid`` for bytes that are no such layer or too many, and what `write` throws.
    public static func read(
        _ source: any ByteSource,
        compression: Compression,
        lookingFor baseName: String,
        write: (UnsafeRawBufferPointer) throws(Failure) -> Void = { _ in }
    ) throws(Failure) -> Contents {
        let unpacked: any ByteSource =
            switch compression {
            case .none: source
            case .gzip: try GzipReader(source)
            }
        let tar = HashingSource(
            unpacked,
            limit: tarLimit,
            overflow: Failure(
                .layerInvalid,
                "the layer unpacks to more than 256 MiB",
                why: "Istio and Envoy Gateway stop reading there"
            )
        )
        let reader = try TarReader(tar)
        var entries: [TarReader.Entry] = []
        var matches: [TarReader.Entry] = []
        var entryCount = 0
        while let entry = try reader.next() {
            entryCount += 1
            let isShown = entry.name.utf8.count <= shownNameLength
            if isShown, entries.count < shownEntries { entries.append(entry) }
            let isMatch = entry.isRegularFile && entry.baseName == baseName
            if isMatch, matches.isEmpty {
                var written = 0
                try reader.forEachPiece { piece throws(Failure) in
                    written += piece.count
                    try write(piece)
                }
                guard written == entry.size else {
                    throw Failure(.layerInvalid, "\(entry.name) ends after \(written) of \(entry.size) bytes")
                }
            }
            if isMatch, matches.count < shownEntries { matches.append(entry) }
        }
        try tar.forEachPiece { _ in }
        return Contents(
            diffID: tar.digest,
            tarSize: tar.byteCount,
            entries: entries,
            entryCount: entryCount,
            matches: matches
        )
    }
}
