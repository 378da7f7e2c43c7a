package import Diagnostics
package import OCI

/// Writes a layer in one pass: bytes in → tar → diffID, and in parallel gzip → bytes out.
///
/// Memory use depends on the number of processors, not on the files. The bytes of the layer depend only on the entries,
/// the options and zlib.
package struct LayerWriter: Sendable {
    /// The default compression level: the one that is tuned for modules.
    package static let defaultCompressionLevel = Deflater.tunedLevel

    private let compressionLevel: Int
    private let time: Int64
    private let processorCount: Int

    /// Creates a writer.
    ///
    /// - Parameters:
    ///   - compressionLevel: 1 (fast) to 9 (small).
    ///   - time: the modification time of every entry, in seconds since 1970.
    ///   - processorCount: the number of blocks to compress in parallel.
    package init(compressionLevel: Int = defaultCompressionLevel, time: Int64, processorCount: Int) {
        self.compressionLevel = compressionLevel
        self.time = time
        self.processorCount = max(1, processorCount)
    }

    /// Computes the diffID of a layer without writing it.
    ///
    /// - Parameters:
    ///   - entries: its files and folders, in the order of the tar.
    ///   - time: the modification time of every entry, in seconds since 1970.
    /// - Returns: the digest of the uncompressed tar.
    /// - Throws: the errors of the files, and ``Failure/Code/interrupted`` if the task is canceled.
    package static func diffID(of entries: [LayerEntry], time: Int64) throws(Failure) -> Digest {
        let source = try TarSource(entries, time: time)
        while try source.nextBlock() != nil {
            try checkCancellation()
        }
        return source.digest
    }

    /// Writes a layer of one file, mode 0644.
    ///
    /// - Parameters:
    ///   - file: the file's bytes.
    ///   - name: the file's name in the layer.
    ///   - size: the file's size, in bytes.
    ///   - write: receives the layer's bytes.
    /// - Returns: what ``LayerReader`` would find in the layer, with its diffID.
    /// - Throws: the errors of ``write(_:selecting:to:)``.
    package func write(
        _ file: any ByteSource,
        named name: String,
        size: Int,
        to write: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) async throws(Failure) -> LayerReader.Contents {
        let entry = LayerEntry(name, permissions: 0o644, .file { (file, size) })
        return try await self.write([entry], to: write)
    }

    /// Writes a layer.
    ///
    /// - Parameters:
    ///   - entries: its files and folders, in the order of the tar; each file is opened when it is written.
    ///   - selected: the files to list in the result, by the last component of their names.
    ///   - write: receives the layer's bytes.
    /// - Returns: what ``LayerReader`` would find in the layer, with its diffID.
    /// - Throws: the errors of the files and `write`, ``Failure/Code/fileUnreadable`` if the size of a file changes, and
    ///   ``Failure/Code/interrupted`` if the task is canceled.
    package func write(
        _ entries: [LayerEntry],
        selecting selected: String? = nil,
        to write: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) async throws(Failure) -> LayerReader.Contents {
        let source = try TarSource(entries, selecting: selected, time: time)
        try GzipMember.header.pass(to: write)
        let outcome = await withTaskGroup(of: Compressed.self) { group -> Result<Void, Failure> in
            var order = BlockOrder()
            do throws(Failure) {
                while let block = try source.nextBlock() {
                    // Limits the finished blocks that wait for a slow one.
                    while order.inFlight >= processorCount * 2, let done = await group.next() {
                        for bytes in try order.finish(done) { try bytes.pass(to: write) }
                    }
                    try checkCancellation()
                    let position = order.start()
                    group.addTask { [compressionLevel] in
                        Compressed(
                            position: position,
                            result: Result { () throws(ArchiveError) in
                                try Deflater.compress(
                                    block.bytes,
                                    after: block.window,
                                    level: compressionLevel,
                                    isLast: block.isLast
                                )
                            }
                        )
                    }
                }
                while let done = await group.next() {
                    for bytes in try order.finish(done) { try bytes.pass(to: write) }
                }
                return .success(())
            } catch {
                group.cancelAll()
                return .failure(error)
            }
        }
        try outcome.get()
        try GzipMember.trailer(checksum: source.checksum, size: source.byteCount).pass(to: write)
        var contents = source.contents
        contents.compression = .gzip
        return contents
    }
}

/// A compressed block and its position.
private struct Compressed: Sendable {
    let position: Int
    let result: Result<[UInt8], ArchiveError>
}

/// Restores the order of blocks that finish in any order.
private struct BlockOrder {
    private var started = 0
    private var written = 0
    private var waiting: [Int: [UInt8]] = [:]

    /// The number of blocks that have been started but not written.
    var inFlight: Int { started - written }

    mutating func start() -> Int {
        defer { started += 1 }
        return started
    }

    /// Adds a finished block and returns the blocks that can now be written, in order.
    mutating func finish(_ block: Compressed) throws(Failure) -> [[UInt8]] {
        switch block.result {
        case .success(let bytes): waiting[block.position] = bytes
        case .failure(let error):
            throw Failure(
                .internalError,
                "the layer cannot be compressed",
                why: error.description,
                cause: error
            )
        }
        var ready: [[UInt8]] = []
        while let bytes = waiting.removeValue(forKey: written) {
            ready.append(bytes)
            written += 1
        }
        return ready
    }
}

extension [UInt8] {
    fileprivate func pass(to write: (UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
        try withUnsafeBufferPointer { (buffer) throws(Failure) in try write(UnsafeRawBufferPointer(buffer)) }
    }
}
