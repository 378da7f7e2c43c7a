import Diagnostics
import OCI

/// A value of a test file, with its place in the file.
struct CaseNode: Sendable {
    /// A place in a file.
    enum Place: Sendable {
        /// The number of bytes before it.
        case offset(Int)
        /// The line and the column, from 1.
        case line(Int, column: Int)
    }

    /// A member of an object.
    struct Member: Sendable {
        let name: String
        let place: Place?
        let value: CaseNode
    }

    enum Value: Sendable {
        case null
        case bool(Bool)
        /// A number, as it is written.
        case number(String)
        case string(String)
        case array([CaseNode])
        case object([Member])
    }

    let value: Value
    /// `nil` for an array or an object of JSON; the place of its member's name is used then.
    var place: Place?

    /// What kind of value it is, with its article.
    var kind: String {
        switch value {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }

    /// The value as compact JSON with sorted keys; numbers keep their text.
    var json: String {
        switch value {
        case .null: "null"
        case .bool(let bool): bool ? "true" : "false"
        case .number(let text): text
        case .string(let text): Self.quoted(text)
        case .array(let nodes): "[" + nodes.map(\.json).joined(separator: ",") + "]"
        case .object(let members):
            "{"
                + members.sorted { Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8)) }
                .map { Self.quoted($0.name) + ":" + $0.value.json }.joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0}"..."\u{1F}": result += "\\u" + String(scalar.value, digits: 4)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// Reads a JSON text; throws the first violation of the grammar.
    static func reading(json bytes: [UInt8]) throws(StrictJSON.Violation) -> CaseNode {
        try StrictJSON.read(bytes, as: CaseTreeBuilder.self)
    }
}

/// Builds the tree of a JSON text.
private enum CaseTreeBuilder: JSONTreeBuilder {
    static func scalar(_ text: ArraySlice<UInt8>) -> CaseNode {
        let place = CaseNode.Place.offset(text.startIndex)
        let word = String(decoding: text, as: UTF8.self)
        switch text.first {
        case UInt8(ascii: "\""):
            return CaseNode(value: .string(string(text)), place: place)
        case UInt8(ascii: "n"): return CaseNode(value: .null, place: place)
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return CaseNode(value: .bool(word == "true"), place: place)
        default: return CaseNode(value: .number(word), place: place)
        }
    }

    private static func string(_ text: ArraySlice<UInt8>) -> String {
        let inner = text.dropFirst().dropLast()
        guard inner.contains(UInt8(ascii: "\\")) else { return String(decoding: inner, as: UTF8.self) }
        let decoded = try? CanonicalJSON.decode(
            String.self,
            from: Array(text),
            as: "text",
            failing: .testFileInvalid
        )
        return decoded ?? String(decoding: inner, as: UTF8.self)
    }

    static func array(_ values: [CaseNode]) -> CaseNode { CaseNode(value: .array(values), place: nil) }

    static func member(_ text: ArraySlice<UInt8>, name: String, _ value: CaseNode) -> CaseNode.Member {
        let place = CaseNode.Place.offset(text.startIndex)
        var value = value
        if value.place == nil { value.place = place }
        return CaseNode.Member(name: name, place: place, value: value)
    }

    static func object(_ members: [CaseNode.Member]) -> CaseNode {
        CaseNode(value: .object(members), place: members.first?.place)
    }
}

extension CaseNode {
    /// Returns the first difference from another value, as a path and two texts; `nil` if both are equal.
    ///
    /// The order of an object's members does not count, and numbers are compared by their values.
    func difference(from other: CaseNode, at path: String = "$") -> (
        path: String, expected: String, got: String
    )? {
        switch (value, other.value) {
        case (.null, .null): return nil
        case (.bool(let own), .bool(let its)) where own == its: return nil
        case (.string(let own), .string(let its)) where own == its: return nil
        case (.number(let own), .number(let its)) where Self.areEqual(own, its): return nil
        case (.array(let own), .array(let its)) where own.count == its.count:
            for (index, pair) in zip(own, its).enumerated() {
                if let found = pair.0.difference(from: pair.1, at: "\(path)[\(index)]") { return found }
            }
            return nil
        case (.object(let own), .object(let its)):
            let values = Dictionary(its.map { ($0.name, $0.value) }) { first, _ in first }
            for member in own {
                let place = "\(path).\(member.name)"
                guard let value = values[member.name] else { return (place, member.value.json, "nothing") }
                if let found = member.value.difference(from: value, at: place) { return found }
            }
            let names = Set(own.map(\.name))
            if let extra = its.first(where: { !names.contains($0.name) }) {
                return ("\(path).\(extra.name)", "nothing", extra.value.json)
            }
            return nil
        default: return (path, json, other.json)
        }
    }

    private static func areEqual(_ left: String, _ right: String) -> Bool {
        if left == right { return true }
        if let left = Int64(left), let right = Int64(right) { return left == right }
        guard let left = Double(left), let right = Double(right) else { return false }
        return left == right
    }
}
