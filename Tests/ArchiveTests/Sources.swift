import Archive
import Diagnostics

/// A source of an array's bytes, in pieces of limited size.
final class ArraySource: ByteSource {
    private let bytes: [UInt8]
    private let pieceSize: Int
    private let onRead: (_ given: Int) -> Void
    private(set) var given = 0

    init(_ bytes: [UInt8], pieceSize: Int = .max, onRead: @escaping (_ given: Int) -> Void = { _ in }) {
        self.bytes = bytes
        self.pieceSize = pieceSize
        self.onRead = onRead
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, pieceSize, bytes.count - given)
        buffer.copyBytes(from: bytes[given..<given + count])
        given += count
        onRead(given)
        return count
    }
}

/// A source of zeros.
final class ZeroSource: ByteSource {
    private var rest: Int

    init(count: Int) { rest = count }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, rest)
        buffer.baseAddress?.initializeMemory(as: UInt8.self, repeating: 0, count: count)
        rest -= count
        return count
    }
}

/// Reads the rest of a source.
func everything(in source: any ByteSource) throws(Failure) -> [UInt8] {
    var bytes: [UInt8] = []
    try source.forEachPiece { piece in bytes += piece }
    return bytes
}
