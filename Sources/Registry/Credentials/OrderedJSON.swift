import Diagnostics
import OCI

/// A JSON document of other programs, in which a few members are changed.
///
/// All others keep their order and their very text, also numbers that fit no type of ours. Only the space between
/// them is made anew when it is written.
enum OrderedJSON: Equatable, Sendable {
    /// A string, a number, `true`, `false` or `null`, as the text that stands there.
    case scalar(String)
    case array([OrderedJSON])
    case object([Member])

    /// A member of an object.
    struct Member: Equatable, Sendable {
        /// The name as it stands there, in quotes.
        fileprivate let text: String
        /// The name that is meant.
        let name: String
        /// The value.
        var value: OrderedJSON
    }

    /// A string.
    init(_ string: String) throws(Failure) {
        self = .scalar(String(decoding: try CanonicalJSON.encode(string), as: UTF8.self))
    }

    /// Reads a document that came from outside, and that may hold secrets: nothing of it is ever quoted.
    ///
    /// - Parameters:
    ///   - bytes: the whole document.
    ///   - what: what the document is called in messages.
    ///   - code: the code of the failure thrown when it is not one JSON value.
    /// - Throws: a failure with that code, which names the position of the violation.
    init(parsing bytes: [UInt8], as what: String, failing code: Failure.Code) throws(Failure) {
        do throws(StrictJSON.Violation) {
            self = try StrictJSON.read(bytes, as: Builder.self)
        } catch {
            throw Failure(
                code,
                "\(what) is not valid JSON",
                why: "the error is at byte \(error.offset)"
            )
        }
    }

    /// The members; none unless it is an object.
    var members: [Member] { if case .object(let members) = self { members } else { [] } }

    /// Whether it is an object.
    var isObject: Bool { if case .object = self { true } else { false } }

    /// Whether it is `null`.
    var isNull: Bool { self == .scalar("null") }

    /// The text meant, if it is a string.
    var string: String? {
        guard case .scalar(let text) = self else { return nil }
        return try? CanonicalJSON.decode(
            String.self,
            from: Array(text.utf8),
            as: "text",
            failing: .internalError
        )
    }

    /// The value of a member of an object, if there is one.
    subscript(name: String) -> OrderedJSON? { members.first { $0.name == name }?.value }

    /// Gives a member of an object another value; a new one comes last.
    mutating func set(_ name: String, to value: OrderedJSON) throws(Failure) {
        var members = members
        if let place = members.firstIndex(where: { $0.name == name }) {
            members[place].value = value
        } else {
            let text = String(decoding: try CanonicalJSON.encode(name), as: UTF8.self)
            members.append(Member(text: text, name: name, value: value))
        }
        self = .object(members)
    }

    /// Takes members out of an object; those that are not there are fine.
    mutating func remove(_ names: some Sequence<String>) {
        guard isObject else { return }
        let names = Set(names)
        self = .object(members.filter { !names.contains($0.name) })
    }
}

extension OrderedJSON {
    /// The document as it is written: a member a line, indented with tabs, as docker does it.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes, indentedBy: 0)
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    private func write(to bytes: inout [UInt8], indentedBy depth: Int) {
        switch self {
        case .scalar(let text): bytes += text.utf8
        case .array(let values):
            Self.block("[", values, "]", depth, &bytes) { value, bytes in
                value.write(to: &bytes, indentedBy: depth + 1)
            }
        case .object(let members):
            Self.block("{", members, "}", depth, &bytes) { member, bytes in
                bytes += member.text.utf8
                bytes += ": ".utf8
                member.value.write(to: &bytes, indentedBy: depth + 1)
            }
        }
    }

    private static func block<Part>(
        _ start: Unicode.Scalar,
        _ parts: [Part],
        _ end: Unicode.Scalar,
        _ depth: Int,
        _ bytes: inout [UInt8],
        _ write: (Part, inout [UInt8]) -> Void
    ) {
        func newLine(_ depth: Int) {
            bytes.append(UInt8(ascii: "\n"))
            bytes += repeatElement(UInt8(ascii: "\t"), count: depth)
        }
        bytes.append(UInt8(ascii: start))
        for (number, part) in parts.enumerated() {
            if number > 0 { bytes.append(UInt8(ascii: ",")) }
            newLine(depth + 1)
            write(part, &bytes)
        }
        if !parts.isEmpty { newLine(depth) }
        bytes.append(UInt8(ascii: end))
    }
}

/// Keeps the text of each scalar and each name.
private enum Builder: JSONTreeBuilder {
    static func scalar(_ text: ArraySlice<UInt8>) -> OrderedJSON {
        .scalar(String(decoding: text, as: UTF8.self))
    }

    static func array(_ values: [OrderedJSON]) -> OrderedJSON { .array(values) }

    static func member(
        _ text: ArraySlice<UInt8>,
        name: String,
        _ value: OrderedJSON
    ) -> OrderedJSON.Member {
        .init(text: String(decoding: text, as: UTF8.self), name: name, value: value)
    }

    static func object(_ members: [OrderedJSON.Member]) -> OrderedJSON { .object(members) }
}
