import CZlib

/// Compresses the blocks of a gzip stream independently, so that they can be compressed in parallel.
///
/// Every block is primed with the 32 KiB before it and ends on a byte boundary (`Z_SYNC_FLUSH`); the last one ends the
/// deflate stream. The concatenated blocks are one ordinary deflate stream (RFC 1951). Its bytes depend only on the
/// input, the level and zlib, not on the number of processors.
enum Deflater {
    /// The size of every block but the last, in bytes.
    static let blockSize = 128 * 1024
    /// The number of bytes of the previous block that prime the next one: deflate's window.
    static let windowSize = 32 * 1024
    /// The level that is tuned for modules; all others are zlib's own.
    static let tunedLevel = 5

    /// Compresses one block.
    ///
    /// - Parameters:
    ///   - block: at most ``blockSize`` bytes.
    ///   - window: the last bytes before the block; empty for the first one.
    ///   - level: 1 (fast) to 9 (small); ``tunedLevel`` is a compromise of our own.
    ///   - isLast: whether the deflate stream ends with this block.
    /// - Returns: the block's part of the deflate stream.
    /// - Throws: zlib's error, for an invalid level or insufficient memory.
    static func compress(
        _ block: [UInt8],
        after window: ArraySlice<UInt8>,
        level: Int,
        isLast: Bool
    ) throws(ArchiveError) -> [UInt8] {
        var stream = z_stream()
        let started = deflateInit2_(
            &stream,
            Int32(level),
            Z_DEFLATED,
            -MAX_WBITS,
            8,
            Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        guard started == Z_OK else { throw ArchiveError("zlib cannot start: \(started)") }
        defer { deflateEnd(&stream) }
        if level == tunedLevel {
            // Shorter searches than zlib's own level 5: a quarter less time, for 3 % more bytes (docs/decisions/0004).
            let tuned = deflateTune(&stream, 8, 16, 128, 12)
            guard tuned == Z_OK else { throw ArchiveError("zlib cannot be tuned: \(tuned)") }
        }
        if !window.isEmpty {
            let primed = window.withUnsafeBufferPointer {
                deflateSetDictionary(&stream, $0.baseAddress, UInt32($0.count))
            }
            guard primed == Z_OK else { throw ArchiveError("zlib cannot continue a stream: \(primed)") }
        }
        // deflateBound includes the end of a stream; a sync flush adds at most five bytes.
        let capacity = Int(deflateBound(&stream, UInt(block.count))) + 16
        var result: Int32 = Z_OK
        let compressed = block.withUnsafeBufferPointer { input in
            [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                result = deflate(&stream, isLast ? Z_FINISH : Z_SYNC_FLUSH)
                count = output.count - Int(stream.avail_out)
            }
        }
        guard result == (isLast ? Z_STREAM_END : Z_OK), stream.avail_in == 0, stream.avail_out > 0 else {
            throw ArchiveError("zlib cannot compress: \(result)")
        }
        return compressed
    }
}
