import YAML

extension CaseNode {
    /// How much of a test file is read as YAML.
    private static let limits = YAMLLimits(size: CaseSource.sizeLimit, nodes: 2_000_000, documents: 2)

    /// Reads a YAML text, which is one document; throws the first reason why it cannot be read.
    static func reading(yaml bytes: [UInt8]) throws(YAMLError) -> CaseNode {
        CaseNode(try YAMLReader.document(in: bytes, limits: limits))
    }

    private init(_ node: Node) {
        value =
            switch node.value {
            case .null: .null
            case .bool(let bool): .bool(bool)
            case .number(let text): .number(text)
            case .string(let text): .string(text)
            case .sequence(let nodes): .array(nodes.map(CaseNode.init))
            case .mapping(let members):
                .object(
                    members.map { member in
                        Member(
                            name: member.key,
                            place: Place(member.place),
                            value: CaseNode(member.value)
                        )
                    }
                )
            }
        place = Place(node.place)
    }
}

extension CaseNode.Place {
    fileprivate init(_ place: Node.Place) { self = .line(place.line, column: place.column) }
}
