package import Diagnostics
package import OCI

/// Something that gives bytes in order, once.
package protocol ByteSource: AnyObject {
    /// Fills a buffer with the next bytes and tells how many; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> Int
}

/// A source that measures and hashes what passes through it.
package final class HashingSource: ByteSource {
    private let source: any ByteSource
    private let bound: (limit: Int, overflow: Failure)?
    private var hasher = DigestHasher()

    /// Watches a source.
    package init(_ source: any ByteSource) {
        self.source = source
        bound = nil
    }

    /// Watches a source that may give at most `limit` bytes; `overflow` is thrown when there are more.
    package init(_ source: any ByteSource, limit: Int, overflow: Failure) {
        self.source = source
        bound = (limit, overflow)
    }

    /// The number of bytes that have passed.
    package var byteCount: Int { hasher.byteCount }

    /// The digest of the bytes that have passed.
    package var digest: Digest { hasher.digest() }

    /// Passes the next bytes on.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
        if Task.isCancelled { throw Failure(.interrupted, "interrupted") }
        let count = try source.read(into: buffer)
        if let bound, count > bound.limit - hasher.byteCount { throw bound.overflow }
        hasher.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        return count
    }
}

extension ByteSource {
    /// Hands everything that is left on, in pieces of at most 128 KiB.
    package func forEachPiece(_ body: (UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Deflater.blockSize, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            if Task.isCancelled { throw Failure(.interrupted, "interrupted") }
            let count = try read(into: buffer)
            if count == 0 { return }
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }
}
