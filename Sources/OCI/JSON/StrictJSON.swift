import Diagnostics

/// The only scanner of JSON text, which rejects duplicate keys, deep nesting and text after the value.
///
/// Two readers may read a document with a duplicate key differently, although its digest is the same. Follows RFC 8259
/// strictly.
package enum StrictJSON {
    /// The deepest nesting of arrays and objects.
    static let depthLimit = 64
    /// The most values, keys not counted: more than a document of 4 MiB has, unless it is meant to be slow to read.
    static let valueLimit = 1_000_000

    /// A violation of the grammar and its position.
    package struct Violation: Error, CustomStringConvertible {
        private let what: String
        /// The violation without a quotation of the document.
        private let kind: String
        private let position: String
        private let character: Unicode.Scalar?
        /// Whether the character at the position is a part of the violation.
        private let isCharacter: Bool

        fileprivate init(
            _ what: String,
            kind: String? = nil,
            isCharacter: Bool = true,
            in bytes: [UInt8],
            at offset: Int
        ) {
            self.isCharacter = isCharacter
            self.what = what
            self.kind = kind ?? what
            let before = bytes[..<min(offset, bytes.count)]
            let line = 1 + before.count { $0 == 0x0A }
            let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
            // Continuation bytes of UTF-8 belong to the character before them.
            let column = 1 + before[start...].count { $0 & 0xC0 != 0x80 }
            position = "at line \(line), column \(column)"
            let rest = String(decoding: bytes.dropFirst(offset).prefix(4), as: UTF8.self)
            character = rest.unicodeScalars.first
        }

        /// The violation, with its line, its column in characters, and the character there.
        package var description: String {
            guard isCharacter else { return "\(what), \(position)" }
            return "\(what), \(position)" + (character.map { ": \($0.named)" } ?? ": the end of the text")
        }

        /// The same for a document with secrets: quotes only punctuation.
        package var withoutQuotation: String {
            guard isCharacter else { return "\(kind), \(position)" }
            let found =
                character.map {
                    $0.properties.isAlphabetic ? "a letter" : ("0"..."9").contains($0) ? "a digit" : $0.named
                } ?? "the end of the text"
            return "\(kind), \(position): \(found)"
        }
    }

    /// Throws if the text is not exactly one unambiguous JSON value.
    ///
    /// Stops early in a canceled task, with a violation that the caller replaces by the cancellation.
    static func check(_ bytes: [UInt8]) throws(Violation) {
        try read(bytes, as: NoTree.self, stopsIfCanceled: true)
    }

    /// Reads one unambiguous JSON value.
    ///
    /// - Parameters:
    ///   - bytes: the whole text.
    ///   - builder: creates the tree that is returned.
    /// - Returns: the value.
    /// - Throws: the first violation.
    package static func read<Builder: JSONTreeBuilder>(
        _ bytes: [UInt8],
        as builder: Builder.Type
    ) throws(Violation) -> Builder.Value {
        try read(bytes, as: builder, stopsIfCanceled: false)
    }

    private static func read<Builder: JSONTreeBuilder>(
        _ bytes: [UInt8],
        as builder: Builder.Type,
        stopsIfCanceled: Bool
    ) throws(Violation) -> Builder.Value {
        var scanner = Scanner<Builder>(bytes: bytes, stopsIfCanceled: stopsIfCanceled)
        let value = try scanner.value(depth: 1)
        scanner.skipSpace()
        guard scanner.offset == bytes.count else {
            throw scanner.violation("unexpected text after the value")
        }
        return value
    }
}

/// Builds a tree from the parts that ``StrictJSON`` reads, each with its text in the document.
package protocol JSONTreeBuilder {
    /// A JSON value.
    associatedtype Value
    /// A member of an object.
    associatedtype Member

    /// Creates a string, a number, `true`, `false` or `null` from its text.
    static func scalar(_ text: ArraySlice<UInt8>) -> Value
    /// Creates an array from its values.
    static func array(_ values: [Value]) -> Value
    /// Creates a member from the text of its name (with quotes), its name with all escapes resolved, and its value.
    static func member(_ text: ArraySlice<UInt8>, name: String, _ value: Value) -> Member
    /// Creates an object from its members, in their order.
    static func object(_ members: [Member]) -> Value
}

/// Builds nothing; the text is only checked.
private enum NoTree: JSONTreeBuilder {
    static func scalar(_ text: ArraySlice<UInt8>) {}
    static func array(_ values: [Void]) {}
    static func member(_ text: ArraySlice<UInt8>, name: String, _ value: Void) {}
    static func object(_ members: [Void]) {}
}

private struct Scanner<Builder: JSONTreeBuilder> {
    let bytes: [UInt8]
    let stopsIfCanceled: Bool
    var offset = 0
    var valueCount = 0

    init(bytes: [UInt8], stopsIfCanceled: Bool) {
        self.bytes = bytes
        self.stopsIfCanceled = stopsIfCanceled
    }

    var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    func violation(_ what: String, kind: String? = nil, at position: Int? = nil) -> StrictJSON.Violation {
        .init(what, kind: kind, in: bytes, at: position ?? offset)
    }

    /// The violation of a whole part, which no character at its position explains.
    func violation(ofPart what: String, kind: String? = nil, at position: Int) -> StrictJSON.Violation {
        .init(what, kind: kind, isCharacter: false, in: bytes, at: position)
    }

    mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { offset += 1 }
    }

    mutating func consume(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    mutating func value(depth: Int) throws(StrictJSON.Violation) -> Builder.Value {
        skipSpace()
        valueCount += 1
        guard valueCount <= StrictJSON.valueLimit else {
            throw violation(ofPart: "it has more than \(StrictJSON.valueLimit) values", at: offset)
        }
        if stopsIfCanceled, valueCount & 0xFFF == 0, Task.isCancelled {
            throw violation(ofPart: "the reading was canceled", at: offset)
        }
        guard depth <= StrictJSON.depthLimit || next != UInt8(ascii: "{") && next != UInt8(ascii: "[") else {
            throw violation("it is nested deeper than \(StrictJSON.depthLimit) levels")
        }
        let start = offset
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): _ = try string()
        case nil: throw violation("it ends too early")
        default: try literal()
        }
        return Builder.scalar(bytes[start..<offset])
    }

    mutating func object(depth: Int) throws(StrictJSON.Violation) -> Builder.Value {
        var keys: Set<String> = []
        var members: [Builder.Member] = []
        offset += 1
        skipSpace()
        if consume("}") { return Builder.object([]) }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw violation("a key is expected") }
            let start = offset
            let key = try string()
            let text = bytes[start..<offset]
            guard keys.insert(key).inserted else {
                throw violation(
                    ofPart: "the key \"\(key.prefix(64))\" is a duplicate",
                    kind: "a key is a duplicate",
                    at: start
                )
            }
            skipSpace()
            guard consume(":") else { throw violation("\":\" is expected") }
            members.append(Builder.member(text, name: key, try value(depth: depth + 1)))
            skipSpace()
        } while consume(",")
        guard consume("}") else { throw violation("\",\" or \"}\" is expected") }
        return Builder.object(members)
    }

    mutating func array(depth: Int) throws(StrictJSON.Violation) -> Builder.Value {
        var values: [Builder.Value] = []
        offset += 1
        skipSpace()
        if consume("]") { return Builder.array([]) }
        repeat {
            values.append(try value(depth: depth + 1))
            skipSpace()
        } while consume(",")
        guard consume("]") else { throw violation("\",\" or \"]\" is expected") }
        return Builder.array(values)
    }

    /// Checks numbers, `true`, `false` and `null`; decoders check only the members that they read.
    mutating func literal() throws(StrictJSON.Violation) {
        let start = offset
        while let byte = next, byte.isLiteral { offset += 1 }
        guard offset > start else { throw violation("a value is expected") }
        let text = bytes[start..<offset]
        guard ["true", "false", "null"].contains(where: { text.elementsEqual($0.utf8) }) || text.isNumber
        else {
            throw violation(
                "\"\(String(decoding: text.prefix(64), as: UTF8.self))\" is not a value",
                kind: "a value is expected",
                at: start
            )
        }
    }

    /// Reads a string and resolves its escapes, so that `"a"` and `"\u0061"` are the same key.
    mutating func string() throws(StrictJSON.Violation) -> String {
        offset += 1
        var units: [UInt8] = []
        while let byte = next {
            offset += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: units, as: UTF8.self) else {
                    throw violation("a string is not UTF-8")
                }
                return text
            case UInt8(ascii: "\\"): units += try escape()
            case 0x00..<0x20: throw violation("a string contains a control character")
            default: units.append(byte)
            }
        }
        throw violation("a string is not terminated")
    }

    mutating func escape() throws(StrictJSON.Violation) -> [UInt8] {
        guard let byte = next else { throw violation("an escape is incomplete") }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw violation("an escape is unknown")
        }
    }

    mutating func unicodeEscape() throws(StrictJSON.Violation) -> [UInt8] {
        let first = try codeUnit()
        var value = UInt32(first)
        if (0xD800..<0xDC00).contains(first), consume("\\"), consume("u") {
            let second = try codeUnit()
            guard (0xDC00..<0xE000).contains(second) else { throw violation("a surrogate is unpaired") }
            value = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(value) else { throw violation("a surrogate is unpaired") }
        return Array(String(Character(scalar)).utf8)
    }

    mutating func codeUnit() throws(StrictJSON.Violation) -> UInt16 {
        guard bytes.count - offset >= 4,
            bytes[offset..<offset + 4].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let unit = UInt16(String(decoding: bytes[offset..<offset + 4], as: UTF8.self), radix: 16)
        else { throw violation("\\u needs four hexadecimal characters") }
        offset += 4
        return unit
    }
}

extension Unicode.Scalar {
    /// The character in quotes; its number if it is not visible.
    fileprivate var named: String {
        isASCII && (value > 0x20 && value < 0x7F)
            ? "\"\(self)\"" : "the character U+" + String(value, digits: 4, isUpperCase: true)
    }
}

extension ArraySlice<UInt8> {
    /// Whether it is a number: `-? (0|[1-9][0-9]*) (\.[0-9]+)? ([eE][+-]?[0-9]+)?` (RFC 8259, section 6).
    fileprivate var isNumber: Bool {
        var rest = self
        func consumeDigits() -> Int {
            let digits = rest.prefix(while: \.isDigit)
            rest = rest.dropFirst(digits.count)
            return digits.count
        }
        func consume(_ characters: String) -> Bool {
            guard let first = rest.first, characters.utf8.contains(first) else { return false }
            rest = rest.dropFirst()
            return true
        }
        _ = consume("-")
        guard consume("0") || consumeDigits() > 0 else { return false }
        if consume("."), consumeDigits() == 0 { return false }
        if consume("eE") {
            _ = consume("+-")
            if consumeDigits() == 0 { return false }
        }
        return rest.isEmpty
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    fileprivate var isLiteral: Bool {
        isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) || "+-.E".utf8.contains(self)
    }
}
