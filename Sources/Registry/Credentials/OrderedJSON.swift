import Diagnostics
import OCI

/// A JSON document of another program, in which single members can be changed.
///
/// All other members keep their order and their text, including numbers that no Swift type can represent. Only white
/// space is written anew.
enum OrderedJSON: Equatable, Sendable {
    /// A string, a number, `true`, `false` or `null`, as its original text.
    case scalar(String)
    case array([OrderedJSON])
    case object([Member])

    /// A member of an object.
    struct Member: Equatable, Sendable {
        /// The name as its original text, with quotes.
        fileprivate let text: String
        /// The decoded name.
        let name: String
        /// The value.
        var value: OrderedJSON
    }

    /// Makes a string.
    init(_ string: String) throws(Failure) {
        self = .scalar(String(decoding: try CanonicalJSON.encode(string), as: UTF8.self))
    }

    /// Reads an external document, which may contain secrets: messages never quote it.
    ///
    /// - Parameters:
    ///   - bytes: the whole document.
    ///   - what: the document's name in messages.
    ///   - code: the code of the failure if it is not one JSON value.
    /// - Throws: a failure with that code and the position of the error.
    init(parsing bytes: [UInt8], as what: String, failing code: Failure.Code) throws(Failure) {
        do throws(StrictJSON.Violation) {
            self = try StrictJSON.read(bytes, as: Builder.self)
        } catch {
            throw Failure(
                code,
                "\(what) is not valid JSON",
                why: JSONEncodingFault(of: bytes)?.description ?? error.withoutQuotation
            )
        }
    }

    /// The members of an object; empty for other values.
    var members: [Member] { if case .object(let members) = self { members } else { [] } }

    /// Whether it is an object.
    var isObject: Bool { if case .object = self { true } else { false } }

    /// Whether it is `null`.
    var isNull: Bool { self == .scalar("null") }

    /// The decoded text of a string; `nil` for other values.
    var string: String? {
        guard case .scalar(let text) = self else { return nil }
        return try? CanonicalJSON.decode(
            String.self,
            from: Array(text.utf8),
            as: "text",
            failing: .internalError
        )
    }

    /// The value of an object's member; `nil` if it does not exist.
    subscript(name: String) -> OrderedJSON? { members.first { $0.name == name }?.value }

    /// Sets a member of an object; appends a new member.
    mutating func set(_ name: String, to value: OrderedJSON) throws(Failure) {
        var members = members
        if let index = members.firstIndex(where: { $0.name == name }) {
            members[index].value = value
        } else {
            let text = String(decoding: try CanonicalJSON.encode(name), as: UTF8.self)
            members.append(Member(text: text, name: name, value: value))
        }
        self = .object(members)
    }

    /// Removes members from an object; ignores names that do not exist.
    mutating func remove(_ names: some Sequence<String>) {
        guard isObject else { return }
        let names = Set(names)
        self = .object(members.filter { !names.contains($0.name) })
    }
}

extension OrderedJSON {
    /// The document's text: one member per line, indented with tabs as docker does.
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

/// Builds the tree with the original text of each scalar and each name.
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
