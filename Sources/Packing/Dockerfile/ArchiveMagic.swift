import Diagnostics

/// Recognizes archives that `ADD` would unpack, by their first bytes.
enum ArchiveMagic {
    /// The number of bytes to read from the start of a file.
    static let length = 512

    /// The magic numbers of gzip, bzip2, xz and Zstandard.
    private static let compressed: [[UInt8]] = [
        MagicNumber.gzip + [8], Array("BZh".utf8), [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], MagicNumber.zstd,
    ]

    /// Whether a file with these first bytes is a tar or is compressed.
    static func isArchive(_ start: [UInt8]) -> Bool {
        compressed.contains { start.starts(with: $0) } || isTarHeader(start)
    }

    /// Whether the block is a tar header with a correct checksum.
    private static func isTarHeader(_ block: [UInt8]) -> Bool {
        let field = 148..<156
        guard block.count == length, block[0] != 0 else { return false }
        let digits = block[field].drop { $0 == UInt8(ascii: " ") }
            .prefix { (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }
        guard let claimed = Int(String(decoding: digits, as: UTF8.self), radix: 8) else { return false }
        // The checksum counts its own field as eight spaces.
        let sum = block.enumerated().reduce(0) { $0 + (field.contains($1.offset) ? 32 : Int($1.element)) }
        return sum == claimed
    }
}
