/// The fields of an HTTP head in their order; names are compared without case (RFC 9110 §5.1).
///
/// It holds what it is given. A request whose fields cannot be sent as they are fails as a whole.
package struct HeaderFields: Sendable, Hashable {
    /// One line of a head.
    package struct Field: Sendable, Hashable {
        /// The name as it was written.
        package let name: String
        /// The value without the blanks around it.
        package let value: String
    }

    /// All fields in the order in which they were added or received.
    package private(set) var fields: [Field] = []

    /// Makes an empty list of fields.
    package init() {}

    /// Adds a field behind the others, also if there is one of that name.
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
    /// Makes a list of fields in the order of the literal.
    package init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { add(name, value) }
    }
}

extension String {
    /// Whether two names are the same but for the case of ASCII letters.
    func equalsIgnoringCase(_ other: String) -> Bool {
        utf8.count == other.utf8.count
            && zip(utf8, other.utf8).allSatisfy { $0.lowercasedASCII == $1.lowercasedASCII }
    }
}

extension UInt8 {
    private static let capitals = UInt8(ascii: "A")...UInt8(ascii: "Z")

    fileprivate var lowercasedASCII: UInt8 { Self.capitals.contains(self) ? self | 0x20 : self }
}
