import Diagnostics

/// How a file begins that `ADD` would unpack.
enum ArchiveSign {
    /// How many bytes have to be looked at.
    static let length = 512

    /// gzip, bzip2, xz and Zstandard.
    private static let compressed: [[UInt8]] = [
        MagicNumber.gzip + [8], Array("BZh".utf8), [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], MagicNumber.zstd,
    ]

    /// Whether a file that begins so is a tar, or compressed, and then perhaps a tar.
    static func isArchive(_ start: [UInt8]) -> Bool {
        compressed.contains { start.starts(with: $0) } || isTarHeader(start)
    }

    /// Whether the checksum of a tar's first header is right; that of anything else is not.
    private static func isTarHeader(_ block: [UInt8]) -> Bool {
        let field = 148..<156
        guard block.count == length, block[0] != 0 else { return false }
        let digits = block[field].drop { $0 == UInt8(ascii: " ") }
            .prefix { (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }
        guard let claimed = Int(String(decoding: digits, as: UTF8.self), radix: 8) else { return false }
        // The field itself counts as eight spaces.
        let sum = block.enumerated().reduce(0) { $0 + (field.contains($1.offset) ? 32 : Int($1.element)) }
        return sum == claimed
    }
}
