/// A value of a YAML document, with its place in the text.
package struct Node: Sendable {
    /// A place in a text.
    package struct Place: Hashable, Sendable, Comparable {
        /// The line, from 1.
        package let line: Int
        /// The column in characters, from 1.
        package let column: Int

        package init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }

        package static func < (left: Place, right: Place) -> Bool {
            (left.line, left.column) < (right.line, right.column)
        }
    }

    /// A key of a mapping and its value.
    package struct Member: Sendable {
        package let key: String
        package let place: Place
        package let value: Node
    }

    /// What a node contains.
    package enum Value: Sendable {
        case null
        case bool(Bool)
        /// A number, as it is written.
        case number(String)
        case string(String)
        case sequence([Node])
        /// Members in the order of the text, with different keys.
        case mapping([Member])
    }

    /// How a node is written.
    package enum Style: Sendable {
        /// A scalar without quotes.
        case plain
        /// A scalar in single or double quotes.
        case quoted
        /// A scalar after `|` or `>`.
        case block
        case collection
    }

    package let value: Value
    package let style: Style
    /// Its first character.
    package let place: Place
    /// Its bytes in the text, with quotes; of a collection, only its start.
    package let range: Range<Int>
}

extension Node {
    /// What kind of value it is, with its article.
    package var kind: String {
        switch value {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .sequence: "a list"
        case .mapping: "an object"
        }
    }

    /// The text of a string; `nil` for another value.
    package var string: String? { if case .string(let text) = value { text } else { nil } }

    /// The elements of a list; `nil` for another value.
    package var elements: [Node]? { if case .sequence(let nodes) = value { nodes } else { nil } }

    /// The members of an object; `nil` for another value.
    package var members: [Member]? { if case .mapping(let members) = value { members } else { nil } }

    /// Whether it is null, also by an empty value.
    package var isNull: Bool { if case .null = value { true } else { false } }

    /// The value of a key; `nil` without that key, for null, which API servers drop, and for another value than an object.
    package subscript(_ key: String) -> Node? {
        members?.first { $0.key == key && !$0.value.isNull }?.value
    }
}
