import Diagnostics

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A reason why a whole document is not JSON in UTF-8, as RFC 8259 §8.1 requires.
package enum JSONEncodingFault: Sendable {
    /// UTF-8 that begins with U+FEFF, as Windows' editors write it.
    case byteOrderMark
    /// UTF-16, as PowerShell's `>` writes it.
    case utf16
    /// Base64 of JSON, as in a Kubernetes Secret.
    case base64
    /// A gzip file.
    case gzip
    /// XML, or a web page.
    case markup

    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Finds the fault; `nil` for other bytes, which may be JSON.
    package init?(of bytes: [UInt8]) {
        let start = bytes.prefix(2)
        if bytes.starts(with: Self.mark) {
            self = .byteOrderMark
        } else if start == [0xFF, 0xFE] || start == [0xFE, 0xFF] || Self.alternatesWithZero(bytes) {
            self = .utf16
        } else if bytes.starts(with: MagicNumber.gzip) {
            self = .gzip
        } else if bytes.first(where: { !$0.isSpace }) == UInt8(ascii: "<") {
            self = .markup
        } else if Self.isBase64(bytes) {
            self = .base64
        } else {
            return nil
        }
    }

    /// Returns a document without the byte order mark at its start.
    package static func withoutMark(_ bytes: [UInt8]) -> [UInt8] {
        bytes.starts(with: mark) ? Array(bytes.dropFirst(mark.count)) : bytes
    }

    /// Whether every second byte is 0 at the start, as in UTF-16 of ASCII text without a mark.
    private static func alternatesWithZero(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 4, bytes.count % 2 == 0 else { return false }
        let start = Array(bytes.prefix(64))
        return [0, 1].contains { first in
            start.indices.allSatisfy { ($0 % 2 == first) == (start[$0] == 0) }
        }
    }

    private static func isBase64(_ bytes: [UInt8]) -> Bool {
        let digits = bytes.filter { !$0.isSpace }
        guard digits.count >= 4, let decoded = Data(base64Encoded: Data(digits)) else { return false }
        return decoded.first { !$0.isSpace } == UInt8(ascii: "{")
    }

    /// The fault, completing "it is …".
    package var description: String {
        switch self {
        case .byteOrderMark: "it begins with a byte order mark (BOM)"
        case .utf16: "it is UTF-16, but JSON is UTF-8"
        case .base64: "it is base64 of JSON"
        case .gzip: "it is compressed with gzip"
        case .markup: "it is XML or a web page"
        }
    }

    /// A command that writes the document as JSON to standard output, from a file or, without one, standard input.
    package func repair(_ file: String = "") -> String? {
        let file = file.isEmpty ? "" : " \(file)"
        return switch self {
        case .utf16: "iconv -f UTF-16 -t UTF-8\(file)"
        case .base64: "base64 -d\(file)"
        case .gzip: "gzip -dc\(file)"
        case .byteOrderMark, .markup: nil
        }
    }
}

extension UInt8 {
    fileprivate var isSpace: Bool { self == 0x20 || self == 0x09 || self == 0x0A || self == 0x0D }
}
