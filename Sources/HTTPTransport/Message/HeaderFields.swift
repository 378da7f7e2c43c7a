/// The fields of an HTTP head in order; names are case-insensitive (RFC 9110 §5.1).
///
/// Fields are not checked here. A request with an invalid field fails before anything is sent.
package struct HeaderFields: Sendable, Hashable {
    /// A field of a head.
    package struct Field: Sendable, Hashable {
        /// The name in its original case.
        package let name: String
        /// The value without surrounding blanks.
        package let value: String
    }

    /// All fields in the order of adding or receiving.
    package private(set) var fields: [Field] = []

    /// Creates an empty list of fields.
    package init() {}

    /// Appends a field, even if a field of that name exists.
    package mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// The value of the first field of that name.
    package subscript(name: String) -> String? {
        fields.first { $0.name.equalsIgnoringCase(name) }?.value
    }

    /// The values of all fields of that name, in order.
    package func all(_ name: String) -> [String] {
        fields.lazy.filter { $0.name.equalsIgnoringCase(name) }.map(\.value)
    }

    /// Continues the last field's value: a folded line (RFC 9112 §5.2).
    mutating func extendLast(with text: String) {
        guard let last = fields.popLast() else { return }
        fields.append(Field(name: last.name, value: last.value + " " + text))
    }
}

extension HeaderFields: ExpressibleByDictionaryLiteral {
    /// Creates a list of fields in the order of the literal.
    package init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { add(name, value) }
    }
}

extension String {
    /// Returns whether two names are equal except for the case of ASCII letters.
    func equalsIgnoringCase(_ other: String) -> Bool {
        utf8.count == other.utf8.count
            && zip(utf8, other.utf8).allSatisfy { $0.lowercasedASCII == $1.lowercasedASCII }
    }
}

extension UInt8 {
    private static let capitals = UInt8(ascii: "A")...UInt8(ascii: "Z")

    fileprivate var lowercasedASCII: UInt8 { Self.capitals.contains(self) ? self | 0x20 : self }
}
