package import Diagnostics
package import OCI

/// Makes a layer in one pass: bytes in → tar → diffID, and in parallel gzip → bytes out.
///
/// Memory is bounded by the number of processors, not by the files. The bytes of the layer depend on the entries, the
/// options and zlib only.
package struct LayerWriter: Sendable {
    /// The level used when nobody asks for another one: about as small as it gets, at a good speed.
    package static let defaultCompressionLevel = 5

    private let compressionLevel: Int
    private let time: Int64
    private let processorCount: Int

    /// Describes the layer to make.
    ///
    /// - Parameters:
    ///   - compressionLevel: 1 (fast) to 9 (small).
    ///   - time: the modification time of every entry, in seconds since 1970.
    ///   - processorCount: how many blocks are compressed at the same time.
    package init(compressionLevel: Int = defaultCompressionLevel, time: Int64, processorCount: Int) {
        self.compressionLevel = compressionLevel
        self.time = time
        self.processorCount = max(1, processorCount)
    }

    /// Writes a layer of one file, mode 0644.
    ///
    /// - Parameters:
    ///   - file: the file's bytes.
    ///   - name: the file's name in the layer.
    ///   - size: the file's size, in bytes.
    ///   - write: takes the layer's next bytes.
    /// - Returns: the diffID, the digest of the uncompressed tar (image spec, "Layer DiffID").
    /// - Throws: as for a layer of several entries.
    package func write(
        _ file: any ByteSource,
        named name: String,
        size: Int,
        to write: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) async throws(Failure) -> Digest {
        let entry = LayerEntry(name, permissions: 0o644, .file { (file, size) })
        return try await self.write([entry], to: write)
    }

    /// Writes a layer.
    ///
    /// - Parameters:
    ///   - entries: its files and folders, in the order of the tar; each file is opened when its turn comes.
    ///   - write: takes the layer's next bytes.
    /// - Returns: the diffID, the digest of the uncompressed tar (image spec, "Layer DiffID").
    /// - Throws: what the files and `write` throw, ``Failure/Code/fileUnreadable`` when a file has not the size it had,
    ///   and ``Failure/Code/interrupted`` when the task is cancelled.
    package func write(
        _ entries: [LayerEntry],
        to write: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) async throws(Failure) -> Digest {
        let source = try TarSource(entries, time: time)
        try GzipMember.header.handOn(to: write)
        let outcome = await withTaskGroup(of: Compressed.self) { group -> Result<Void, Failure> in
            var order = BlockOrder()
            do throws(Failure) {
                while let block = try source.nextBlock() {
                    // A slow block must not let finished ones pile up behind it.
                    while order.inFlight >= processorCount * 2, let done = await group.next() {
                        for bytes in try order.finish(done) { try bytes.handOn(to: write) }
                    }
                    guard !Task.isCancelled else { throw Failure(.interrupted, "interrupted") }
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
                    for bytes in try order.finish(done) { try bytes.handOn(to: write) }
                }
                return .success(())
            } catch {
                group.cancelAll()
                return .failure(error)
            }
        }
        try outcome.get()
        try GzipMember.trailer(checksum: source.checksum, size: source.byteCount).handOn(to: write)
        return source.digest
    }
}

/// One compressed block and its place.
private struct Compressed: Sendable {
    let position: Int
    let result: Result<[UInt8], ArchiveError>
}

/// Puts blocks that end in any order back into theirs.
private struct BlockOrder {
    private var started = 0
    private var written = 0
    private var waiting: [Int: [UInt8]] = [:]

    /// The blocks that have been started and not written yet.
    var inFlight: Int { started - written }

    mutating func start() -> Int {
        defer { started += 1 }
        return started
    }

    /// Takes one finished block; gives those that can be written now, in order.
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
    fileprivate func handOn(to write: (UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
        try withUnsafeBufferPointer { (buffer) throws(Failure) in try write(UnsafeRawBufferPointer(buffer)) }
    }
}
