package import Diagnostics

/// Reads one layer in one pass: tells by its bytes what it is, hashes what it unpacks to, and hands on the file that is
/// looked for.
///
/// What its descriptor says counts for nothing here; callers compare.
package enum LayerReader {
    /// The largest tar that is read, in bytes: 256 MiB, where Istio and Envoy Gateway stop.
    package static let tarLimit = 256 * 1024 * 1024

    /// The largest layer that can unpack to no more than that, in bytes: gzip and zstd add far less than a 256th to
    /// what they cannot compress.
    package static let sizeLimit = tarLimit + tarLimit / 256

    /// How many entries are kept; a hostile layer has hundreds of thousands.
    private static let shownEntries = 100
    /// The longest name that is kept, in bytes, though a tar's may have a megabyte: Linux's `PATH_MAX`.
    private static let shownNameLength = 4096

    /// Reads a layer to its end.
    ///
    /// - Parameters:
    ///   - source: the layer's bytes.
    ///   - contents: becomes what was found in it, also when this throws: as far as it was read.
    ///   - wanted: the file to hand on; of a layer that is a bare module, all of it is handed on.
    ///   - visit: sees each entry of a tar, with its place from 0.
    ///   - write: takes the next bytes of the file.
    /// - Throws: ``Failure/Code/layerInvalid`` for bytes that are no layer, damaged or too many, and what `write`
    ///   throws.
    package static func read(
        _ source: any ByteSource,
        into contents: inout Contents,
        handingOn wanted: Selection = .none,
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
                why: "Istio and Envoy Gateway stop reading there"
            )
        )
        defer { contents.unpackedSize = bytes.byteCount }
        if unpacked.head.starts(with: MagicNumber.wasm) {
            contents.content = .module
            try bytes.forEachPiece(write)
        } else {
            let tar = try TarReader(bytes)
            try read(tar, into: &contents, handingOn: wanted, visit: visit, write: write)
            try bytes.forEachPiece { _ in }
        }
        contents.diffID = bytes.digest
    }

    private static func read(
        _ tar: TarReader,
        into contents: inout Contents,
        handingOn wanted: Selection,
        visit: (TarReader.Entry, Int) -> Void,
        write: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        var wasHandedOn = false
        while let entry = try tar.next() {
            let place = contents.entryCount
            contents.content = .tar
            contents.entryCount += 1
            let isShown = entry.name.utf8.count <= shownNameLength
            if isShown, contents.entries.count < shownEntries { contents.entries.append(entry) }
            visit(entry, place)
            let isNamed: Bool
            switch wanted {
            case .named(let name): isNamed = entry.baseName == name
            case .entry(let wantedPlace): isNamed = place == wantedPlace
            case .none: isNamed = false
            }
            guard isNamed else { continue }
            if contents.firstNamed == nil { contents.firstNamed = entry }
            guard entry.isRegularFile else { continue }
            if !wasHandedOn {
                wasHandedOn = true
                try handOn(entry, of: tar, write)
            }
            let isKept = isShown && contents.matches.count < shownEntries
            if isKept || contents.matches.isEmpty { contents.matches.append(entry) }
        }
        // Nothing but empty blocks is a tar without entries.
        contents.content = .tar
    }

    private static func handOn(
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
    /// Judges by the magic number with which some bytes begin; four of them are enough.
    package init(of head: [UInt8]) {
        self =
            head.starts(with: MagicNumber.gzip)
            ? .gzip : head.starts(with: MagicNumber.zstd) ? .zstd : .none
    }

    /// What a source packed this way unpacks to; the source itself if it is not packed.
    package func unpacked(_ source: any ByteSource) throws(Failure) -> any ByteSource {
        switch self {
        case .none: source
        case .gzip: try GzipReader(source)
        case .zstd: try ZstdReader(source)
        }
    }
}
