import Diagnostics

// The grammar of header fields (RFC 9110 §5), for requests and responses.

extension StringProtocol {
    /// Whether this is a valid field name or method: a token (RFC 9110 §5.6.2).
    package var isFieldName: Bool { !isEmpty && utf8.allSatisfy(\.isTokenByte) }

    /// Whether this is a valid field value: no control character except tab.
    package var isFieldValue: Bool { utf8.allSatisfy { $0 == 0x09 || $0 >= 0x20 && $0 != 0x7F } }

    /// The text without spaces and tabs around it.
    var trimmingBlanks: String {
        let start = Substring(self).utf8.drop(while: \.isBlank)
        let end = start.lastIndex { !$0.isBlank }.map { start.index(after: $0) } ?? start.startIndex
        return String(Substring(start[..<end]))
    }
}

extension UnsafeRawBufferPointer {
    /// The line as text without its line end and blanks; invalid UTF-8 becomes U+FFFD.
    var trimmedText: String {
        let end = lastIndex { $0 != 0x0D && $0 != 0x0A }.map { $0 + 1 } ?? 0
        return String(decoding: self[..<end], as: UTF8.self).trimmingBlanks
    }
}

extension UInt8 {
    var isBlank: Bool { self == 0x20 || self == 0x09 }

    fileprivate var isTokenByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        default: isDigit || "!#$%&'*+-.^_`|~".utf8.contains(self)
        }
    }
}
