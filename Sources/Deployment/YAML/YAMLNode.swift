package import OCI

/// A value of a YAML document that is written, with its comments.
///
/// Mappings keep their order. Contains only what Kubernetes' and Envoy's readers agree on: no anchors, no tags.
package indirect enum YAMLNode: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case sequence([YAMLNode])
    case mapping([YAMLEntry])

    /// Creates the node of a JSON value; the members of objects are sorted by name.
    package init(_ value: JSONValue) {
        self =
            switch value {
            case .null: .null
            case .bool(let bool): .bool(bool)
            case .integer(let integer): .integer(integer)
            case .number(let number): .number(number)
            case .string(let string): .string(string)
            case .array(let values): .sequence(values.map { YAMLNode($0) })
            case .object(let members):
                .mapping(
                    members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map {
                        YAMLEntry($0.key, YAMLNode($0.value))
                    }
                )
            }
    }

    /// The value as JSON, without comments.
    package var json: JSONValue {
        switch self {
        case .null: .null
        case .bool(let bool): .bool(bool)
        case .integer(let integer): .integer(integer)
        case .number(let number): .number(number)
        case .string(let string): .string(string)
        case .sequence(let nodes): .array(nodes.map(\.json))
        case .mapping(let entries):
            .object(
                Dictionary(
                    entries.compactMap { entry in entry.member.map { ($0.key, $0.value.json) } },
                    uniquingKeysWith: { _, last in last }
                )
            )
        }
    }
}

/// A member of a mapping, or lines of comment between members.
package struct YAMLEntry: Sendable, Equatable {
    /// The name and the value; `nil` for lines of comment alone.
    package let member: Member?
    /// The comment after the value; without a member, the lines of comment.
    package let comments: [String]

    /// A name and its value.
    package struct Member: Sendable, Equatable {
        package let key: String
        package let value: YAMLNode
    }

    /// Creates a member, with a comment on the same line.
    package init(_ key: String, _ value: YAMLNode, comment: String? = nil) {
        member = Member(key: key, value: value)
        comments = comment.map { [$0] } ?? []
    }

    /// Creates lines of comment, indented like the members around them.
    package init(comments: [String]) {
        member = nil
        self.comments = comments
    }

    /// Creates a member with a text.
    package init(_ key: String, _ text: String, comment: String? = nil) {
        self.init(key, .string(text), comment: comment)
    }

    /// Creates a member with members.
    package init(_ key: String, _ entries: [YAMLEntry]) { self.init(key, .mapping(entries)) }
}

extension YAMLNode: ExpressibleByStringLiteral, ExpressibleByArrayLiteral {
    /// Creates a text.
    package init(stringLiteral value: String) { self = .string(value) }

    /// Creates a sequence.
    package init(arrayLiteral elements: YAMLNode...) { self = .sequence(elements) }
}
