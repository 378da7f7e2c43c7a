package import Diagnostics
package import OCI

/// A sequence of bytes that can be read once.
package protocol ByteSource: AnyObject {
    /// Fills a buffer with the next bytes and returns their number; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> Int
}

/// A source that counts and hashes the bytes of another one.
package final class HashingSource: ByteSource {
    private let source: any ByteSource
    private let bound: (limit: Int, overflow: Failure)?
    private var hasher = DigestHasher()

    /// Wraps a source.
    package init(_ source: any ByteSource) {
        self.source = source
        bound = nil
    }

    /// Wraps a source that may return at most `limit` bytes; throws `overflow` if there are more.
    package init(_ source: any ByteSource, limit: Int, overflow: Failure) {
        self.source = source
        bound = (limit, overflow)
    }

    /// The number of bytes read.
    package var byteCount: Int { hasher.byteCount }

    /// The digest of the bytes read.
    package var digest: Digest { hasher.digest() }

    /// Reads the next bytes.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
        try checkCancellation()
        let count = try source.read(into: buffer)
        if let bound, count > bound.limit - hasher.byteCount { throw bound.overflow }
        hasher.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        return count
    }
}

/// A source that reports the progress of reading another one, as ``Work``.
package final class ReportingSource: ByteSource {
    private let source: any ByteSource
    private let name: String
    private let total: Int
    private var count = 0

    /// Wraps a source.
    ///
    /// - Parameters:
    ///   - source: the source.
    ///   - name: the name of what is read.
    ///   - total: its size, in bytes.
    package init(_ source: any ByteSource, named name: String, size total: Int) {
        self.source = source
        self.name = name
        self.total = total
    }

    // Readers of archives may stop before the last byte.
    deinit { Work.report(.reading, name, bytes: total, of: total) }

    /// Reads the next bytes.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
        let read = try source.read(into: buffer)
        count += read
        Work.report(.reading, name, bytes: count, of: total)
        return read
    }
}

extension ByteSource {
    /// Passes the remaining bytes to a function, in pieces of at most 128 KiB.
    package func forEachPiece(_ body: (UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Deflater.blockSize, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            try checkCancellation()
            let count = try read(into: buffer)
            if count == 0 { return }
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }
}
