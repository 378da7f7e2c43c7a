extension Sequence<UInt8> {
    /// Returns the bytes in hexadecimal, two digits each.
    package func hexadecimal(separator: String = "") -> String {
        map { String($0, digits: 2) }.joined(separator: separator)
    }
}

extension String {
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
