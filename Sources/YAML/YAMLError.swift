/// The reason why a text is not read as YAML, with its place.
package struct YAMLError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of reason.
    package enum Kind: String, Sendable, CaseIterable {
        /// The text does not follow YAML's grammar.
        case syntax
        /// It is not UTF-8, or has control characters.
        case encoding
        /// It is a template of Helm, which has to be rendered first.
        case template
        /// An anchor or an alias.
        case anchor
        case tag
        /// The key `<<`.
        case mergeKey = "merge-key"
        case duplicateKey = "duplicate-key"
        /// A key that is a list or an object.
        case complexKey = "complex-key"
        /// It is larger, deeper or longer than is read.
        case limit
    }

    package let kind: Kind
    /// What is wrong, as a clause; may quote the text.
    package let message: String
    /// The same without a quotation, for documents with secrets.
    package let withoutQuotation: String
    /// The key that is a duplicate; `nil` for another error.
    package let key: String?
    package let place: Node.Place

    init(
        _ kind: Kind,
        _ message: String,
        quoting: String? = nil,
        key: String? = nil,
        at place: Node.Place
    ) {
        self.kind = kind
        self.key = key
        withoutQuotation = message
        self.message = quoting.map { "\(message): \($0)" } ?? message
        self.place = place
    }

    /// The message with its line and column.
    package var description: String { "\(message), at line \(place.line), column \(place.column)" }
}
