import Diagnostics

/// Recognizes tars and compressed files by their first bytes.
package enum ArchiveMagic {
    /// The number of bytes to read from the start of a file.
    package static let length = 512

    /// Compressions that wasmpack does not read.
    package enum Unsupported: String, Sendable, CaseIterable {
        case xz
        case bzip2

        fileprivate var magic: [UInt8] { self == .xz ? MagicNumber.xz : MagicNumber.bzip2 }

        /// Detects the compression from the first bytes of a file; `nil` for any other file.
        package init?(of start: [UInt8]) {
            guard let found = Self.allCases.first(where: { start.starts(with: $0.magic) }) else { return nil }
            self = found
        }
    }

    /// Whether a file with these first bytes is a tar or is compressed, so that `ADD` would unpack it.
    package static func isArchive(_ start: [UInt8]) -> Bool {
        start.starts(with: MagicNumber.gzip + [8]) || start.starts(with: MagicNumber.zstd)
            || Unsupported(of: start) != nil || isTar(start)
    }

    /// Whether a file with these first bytes is a tar: `ustar` at 257 (POSIX.1-1988), or an older header with a correct
    /// checksum.
    package static func isTar(_ start: [UInt8]) -> Bool {
        start.dropFirst(257).starts(with: Array("ustar".utf8)) || isTarHeader(start)
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
