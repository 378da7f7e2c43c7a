import CZlib
import Diagnostics

/// The fixed parts around the deflate stream of a gzip member (RFC 1952).
enum GzipMember {
    /// The header without name, time, flags and system, so that it is the same for every build.
    static let header: [UInt8] = MagicNumber.gzip + [8, 0, 0, 0, 0, 0, 0, 0xFF]

    /// Encodes the checksum and the size of the uncompressed bytes, both modulo 2³², little-endian.
    static func trailer(checksum: UInt32, size: Int) -> [UInt8] {
        [checksum, UInt32(truncatingIfNeeded: size)].flatMap { word in
            (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
        }
    }

    /// Continues the checksum over more bytes.
    static func checksum(_ checksum: UInt32, over bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBufferPointer {
            UInt32(truncatingIfNeeded: crc32_z(UInt(checksum), $0.baseAddress, $0.count))
        }
    }
}

/// The version of the loaded zlib, for example `1.2.13`; the same version gives the same compressed bytes.
package let zlibVersion = String(cString: CZlib.zlibVersion())
