/// Writes tars without a library, also invalid ones (POSIX.1-1988 `ustar`; pax and GNU extensions).
package enum Tar {
    /// The two empty blocks at the end of a tar.
    package static let end = [UInt8](repeating: 0, count: 1024)

    /// Returns an entry: a header, the content and its padding.
    ///
    /// The type flag is `0` for a file, `1` for a hard link, `2` for a symbolic link and `5` for a folder. `claimed` are the
    /// twelve bytes of the size field, if the size should differ from the content's.
    package static func entry(
        _ name: String,
        _ content: [UInt8] = [],
        type: Unicode.Scalar = "0",
        link: String = "",
        claimed: [UInt8]? = nil,
        isPadded: Bool = true
    ) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ bytes: some Collection<UInt8>, at offset: Int, limit: Int) {
            for (position, byte) in bytes.prefix(limit).enumerated() { header[offset + position] = byte }
        }
        put(name.utf8, at: 0, limit: 100)
        put("0000644\0".utf8, at: 100, limit: 8)
        put("0000000\0".utf8, at: 108, limit: 8)
        put("0000000\0".utf8, at: 116, limit: 8)
        put(claimed ?? Array(octal(content.count, digits: 11).utf8), at: 124, limit: 12)
        put("00000000000\0".utf8, at: 136, limit: 12)
        put("        ".utf8, at: 148, limit: 8)
        header[156] = UInt8(ascii: type)
        put(link.utf8, at: 157, limit: 100)
        put("ustar\u{0}00".utf8, at: 257, limit: 8)
        let sum = header.reduce(0) { $0 + Int($1) }
        put("\(octal(sum, digits: 6))\0 ".utf8, at: 148, limit: 8)
        let padding = isPadded ? (512 - content.count % 512) % 512 : 0
        return header + content + [UInt8](repeating: 0, count: padding)
    }

    /// Returns a pax header for the following entry.
    package static func pax(_ key: String, _ value: String) -> [UInt8] {
        let rest = " \(key)=\(value)\n"
        var length = rest.utf8.count
        while "\(length)".utf8.count + rest.utf8.count != length {
            length = "\(length)".utf8.count + rest.utf8.count
        }
        return entry("PaxHeaders/x", Array("\(length)\(rest)".utf8), type: "x")
    }

    private static func octal(_ number: Int, digits: Int) -> String {
        let text = String(number, radix: 8)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}

/// Writes gzip without a library and without compression (RFC 1951, 3.2.4; RFC 1952).
package enum Gzip {
    /// Returns a gzip member.
    package static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var member: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
        var rest = bytes[...]
        repeat {
            let block = rest.prefix(65_535)
            rest = rest.dropFirst(block.count)
            member.append(rest.isEmpty ? 1 : 0)
            member += littleEndian(UInt32(block.count), count: 2)
            member += littleEndian(~UInt32(block.count), count: 2)
            member += block
        } while !rest.isEmpty
        return member + littleEndian(checksum(bytes), count: 4)
            + littleEndian(UInt32(truncatingIfNeeded: bytes.count), count: 4)
    }

    private static func littleEndian(_ word: UInt32, count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: word >> (8 * UInt32($0))) }
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
    }
}
