import Diagnostics

/// A source whose first bytes are available before they are read.
final class PeekingSource: ByteSource {
    /// The first bytes; fewer than requested only if the source ends.
    let head: [UInt8]
    private let source: any ByteSource
    private var given = 0

    /// Reads the first `count` bytes of a source ahead.
    init(_ source: any ByteSource, count: Int) throws(Failure) {
        self.source = source
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
        defer { buffer.deallocate() }
        var filled = 0
        while filled < count {
            let next = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
            if next == 0 { break }
            filled += next
        }
        head = Array(buffer[..<filled])
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
        guard given < head.count else { return try source.read(into: buffer) }
        let count = min(buffer.count, head.count - given)
        buffer.copyBytes(from: head[given..<given + count])
        given += count
        return count
    }
}
