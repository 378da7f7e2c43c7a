/// Writes zstd without a library and without compression (RFC 8878, 3.1.1).
package enum Zstd {
    private static let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]
    private static let blockSize = 128 * 1024

    /// Returns a frame of raw blocks; `window` is the exponent over 1 KiB of its window size.
    package static func stored(_ bytes: [UInt8], window: UInt8 = 7) -> [UInt8] {
        var frame = magic + [0, window << 3]
        var rest = bytes[...]
        repeat {
            let block = rest.prefix(blockSize)
            rest = rest.dropFirst(block.count)
            frame += header(size: block.count, kind: 0, isLast: rest.isEmpty) + block
        } while !rest.isEmpty
        return frame
    }

    /// Returns a frame that repeats a byte for a number of blocks of 128 KiB, of which each has four bytes.
    package static func bomb(_ byte: UInt8, blocks: Int) -> [UInt8] {
        (0..<blocks).reduce(into: magic + [0, 7 << 3]) { frame, number in
            frame += header(size: blockSize, kind: 1, isLast: number == blocks - 1) + [byte]
        }
    }

    private static func header(size: Int, kind: Int, isLast: Bool) -> [UInt8] {
        let word = size << 3 | kind << 1 | (isLast ? 1 : 0)
        return (0..<3).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
}
