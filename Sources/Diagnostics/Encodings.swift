extension Sequence where Element: Hashable {
    /// The elements in their order, each once.
    package var withoutDuplicates: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}

extension Sequence<UInt8> {
    /// Returns the bytes in hexadecimal, two digits each.
    package func hexadecimal(separator: String = "") -> String {
        map { String($0, digits: 2) }.joined(separator: separator)
    }
}

extension UInt8 {
    /// Whether this is an ASCII digit.
    package var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    /// Whether this is an ASCII digit or a letter from `a` to `f`.
    package var isLowercaseHexadecimal: Bool {
        isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self)
    }
}

extension String {
    /// The text as a host in an authority: an IPv6 address has brackets (RFC 3986, section 3.2.2).
    package var bracketedHost: String { contains(":") ? "[\(self)]" : self }

    /// Creates a hexadecimal number with leading zeros up to a number of digits.
    package init(_ number: some BinaryInteger, digits count: Int, isUpperCase: Bool = false) {
        let digits = String(number, radix: 16, uppercase: isUpperCase)
        self.init(repeating: "0", count: Swift.max(0, count - digits.utf8.count))
        append(digits)
    }

    /// Returns the text with `%XX` for each byte except ASCII letters, digits and the characters in `kept` (RFC 3986, section
    /// 2.1).
    package func percentEncoded(keeping kept: String, isUpperCase: Bool = true) -> String {
        utf8.reduce(into: "") { result, byte in
            let character = Character(UnicodeScalar(byte))
            if character.isASCII && (character.isLetter || character.isNumber) || kept.contains(character) {
                result.append(character)
            } else {
                result += "%" + String(byte, digits: 2, isUpperCase: isUpperCase)
            }
        }
    }
}
