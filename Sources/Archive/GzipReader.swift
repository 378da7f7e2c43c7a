import CZlib
package import Diagnostics

/// Decompresses a gzip stream (RFC 1952) of one or more members; zlib verifies every checksum.
///
/// Throws ``Failure/Code/layerInvalid`` for bytes that are not gzip, for a truncated stream, and for bytes after the last
/// member.
package final class GzipReader: ByteSource {
    private let source: any ByteSource
    private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 16)
    // On the heap, because zlib's state contains a pointer to the stream.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private var isWithinMember = true
    private var isSourceAtEnd = false

    /// Decompresses a source.
    package init(_ source: any ByteSource) throws(Failure) {
        self.source = source
        stream.initialize(to: z_stream())
        let started = inflateInit2_(stream, MAX_WBITS + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard started == Z_OK else { throw Failure(.internalError, "zlib cannot start: \(started)") }
    }

    deinit {
        inflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
        input.deallocate()
    }

    /// Decompresses the next bytes.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
        stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(clamping: buffer.count)
        let capacity = stream.pointee.avail_out
        while stream.pointee.avail_out == capacity, capacity > 0 {
            if stream.pointee.avail_in == 0 { try fill() }
            if isSourceAtEnd, stream.pointee.avail_in == 0 {
                guard !isWithinMember else { throw Self.invalid("the gzip stream is truncated") }
                break
            }
            if !isWithinMember {
                // The next bytes are another member or invalid; inflate checks them.
                inflateReset(stream)
                isWithinMember = true
            }
            let result = inflate(stream, Z_NO_FLUSH)
            switch result {
            case Z_OK, Z_BUF_ERROR: continue
            case Z_STREAM_END: isWithinMember = false
            default:
                throw Self.invalid(stream.pointee.msg.map { String(cString: $0) } ?? "zlib says \(result)")
            }
        }
        return Int(capacity - stream.pointee.avail_out)
    }

    private func fill() throws(Failure) {
        guard !isSourceAtEnd else { return }
        let count = try source.read(into: input)
        isSourceAtEnd = count == 0
        stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(count)
    }

    private static func invalid(_ why: String) -> Failure {
        Failure(.layerInvalid, "the layer is not valid gzip", why: why)
    }
}
