extension String {
    /// The text as the value of a query item or form field: everything but RFC 3986's unreserved characters (§2.3) is
    /// percent-encoded.
    var queryValue: String { percentEncoded(keeping: "-._~", isUpperCase: true) }

    /// The text with `%XX` for each byte that is no ASCII letter, no digit and none of the characters kept.
    func percentEncoded(keeping kept: String, isUpperCase: Bool) -> String {
        utf8.reduce(into: "") { result, byte in
            let character = Character(UnicodeScalar(byte))
            if character.isASCII && (character.isLetter || character.isNumber) || kept.contains(character) {
                result.append(character)
            } else {
                result += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: isUpperCase)
            }
        }
    }
}
