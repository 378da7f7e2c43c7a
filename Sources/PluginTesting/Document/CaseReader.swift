import Diagnostics
import HostSystem
import OCI
import SystemPackage

/// A test file as it is read: its name, its text and its folder.
struct CaseSource: Sendable {
    /// The largest test file, in bytes.
    static let sizeLimit = 64 << 20
    /// The largest file that a case names, in bytes.
    static let bodyLimit = 64 << 20

    /// The path as the user wrote it.
    let path: FilePath
    let bytes: [UInt8]

    /// Returns the bytes of a file that the test file names, relative to its folder.
    func contents(of name: String) throws(Failure) -> [UInt8] {
        try ReadableFile.contents(of: path.directory.pushing(FilePath(name)), limit: Self.bodyLimit)
    }

    /// Whether the file is read as YAML.
    var isYAML: Bool { ["yaml", "yml"].contains(path.extension?.lowercased()) }

    /// What the file is if its first bytes are those of a module or a program, with the option that takes it.
    var foreignKind: (name: String, option: String)? {
        if bytes.starts(with: MagicNumber.wasm) { return ("a module", "--plugin") }
        let isProgram = bytes.starts(with: MagicNumber.elf) || bytes.starts(with: Array("#!/".utf8))
        return isProgram ? ("a program", "--envoy") : nil
    }

    /// Returns the line and column of a place, from 1.
    func position(_ place: CaseNode.Place) -> (line: Int, column: Int) {
        switch place {
        case .line(let line, let column): return (line, column)
        case .offset(let offset):
            let before = bytes[..<min(offset, bytes.count)]
            let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
            return (1 + before.count { $0 == 0x0A }, 1 + before[start...].count { $0 & 0xC0 != 0x80 })
        }
    }
}

/// A value of a test file, its path from the root, and errors that name both.
struct CaseReader: Sendable {
    let source: CaseSource
    let node: CaseNode
    /// The path, for example `cases[2].expect.status`; empty for the root.
    let path: String

    /// The file, the line and the column: `FILE:LINE:COLUMN`.
    var location: String { location(node.place) }

    private func location(_ place: CaseNode.Place?) -> String {
        let position = place.map(source.position)
        return "\(source.path)" + (position.map { ":\($0.line):\($0.column)" } ?? "")
    }

    /// Returns a failure at this value.
    func failure(_ what: String, why: String? = nil, try hint: String? = nil, at place: CaseNode.Place? = nil)
        -> Failure
    {
        Failure(
            .testFileInvalid,
            "\(location(place ?? node.place)): \(path.isEmpty ? "" : path.truncated(to: 100) + ": ")\(what)",
            why: why,
            try: hint.map { [$0] } ?? []
        )
    }

    /// Returns a failure for another kind of value than expected.
    func failure(expected: String) -> Failure { failure("\(expected) is expected, not \(node.kind)") }

    /// Returns the members of an object.
    ///
    /// Throws ``Failure/Code/testFileInvalid`` for another value, and for a key that is not among the given ones.
    func object(_ keys: [String]) throws(Failure) -> CaseObject {
        guard case .object(let members) = node.value else {
            throw failure("an object is expected, not \(node.kind)", try: objectHint(keys))
        }
        for member in members where !keys.contains(member.name) {
            let name = member.name.truncated(to: 60)
            let nearest =
                member.name.lowercased().nearest(of: keys, within: 2)
                ?? keys.first { key in
                    member.name.lowercased() == key.lowercased()
                }
            throw failure(
                "unknown key \"\(name)\"",
                why: "the keys are \(keys.joined(separator: ", "))",
                try: nearest.map { "write \($0)" } ?? deeperHint(member.name, keys),
                at: member.place
            )
        }
        return CaseObject(reader: self, members: members)
    }

    /// Returns how to write a value as an object: a list of cases, a path for a request, a status for an expectation.
    private func objectHint(_ keys: [String]) -> String? {
        let key = path.split(separator: ".").last
        switch node.value {
        case .array where path.isEmpty: return "write the list below \"cases\""
        case .string(let text) where key == "request" && text.hasPrefix("/") && text.utf8.count <= 100:
            return member("request", "path", quoted: text)
        case .number(let text) where key == "expect" && text.utf8.count == 3:
            return source.isYAML
                ? "write expect: {status: \(text)}" : "write \"expect\": {\"status\": \(text)}"
        default: return nil
        }
    }

    private func member(_ outer: String, _ inner: String, quoted text: String) -> String {
        let value = text.quotedForReport
        return source.isYAML
            ? "write \(outer): {\(inner): \(value)}" : "write \"\(outer)\": {\"\(inner)\": \(value)}"
    }

    /// Returns where a key of an expectation or a request belongs that was written beside it, in a case or a step.
    private func deeperHint(_ name: String, _ keys: [String]) -> String? {
        guard keys.contains("expect"), keys.contains("request") else { return nil }
        switch name {
        case "status", "load", "crash", "log": return "move it below \"expect\""
        case "method", "path", "chunks": return "move it below \"request\""
        default: return nil
        }
    }

    /// The members of an object with any keys.
    func freeObject() throws(Failure) -> [(name: String, value: CaseReader)] {
        guard case .object(let members) = node.value else { throw failure(expected: "an object") }
        return members.map { ($0.name, child($0)) }
    }

    fileprivate func child(_ member: CaseNode.Member) -> CaseReader {
        CaseReader(
            source: source,
            node: member.value,
            path: path.isEmpty ? member.name : "\(path).\(member.name)"
        )
    }

    /// The values of a list.
    func list() throws(Failure) -> [CaseReader] {
        guard case .array(let nodes) = node.value else { throw failure(expected: "a list") }
        return nodes.enumerated().map { index, node in
            var node = node
            if node.place == nil { node.place = self.node.place }
            return CaseReader(source: source, node: node, path: "\(path)[\(index)]")
        }
    }

    /// A string.
    func string() throws(Failure) -> String {
        guard case .string(let text) = node.value else { throw failure(expected: "a string") }
        return text
    }

    /// A string, or the text of a number or boolean.
    func scalar() throws(Failure) -> String {
        switch node.value {
        case .string(let text), .number(let text): return text
        case .bool(let bool): return bool ? "true" : "false"
        default: throw failure(expected: "a string")
        }
    }

    /// A boolean.
    func bool() throws(Failure) -> Bool {
        guard case .bool(let bool) = node.value else { throw failure(expected: "true or false") }
        return bool
    }

    /// An integer in a range.
    func integer(_ range: ClosedRange<Int>) throws(Failure) -> Int {
        guard case .number(let text) = node.value, let number = Int(text), range.contains(number) else {
            throw failure("a number from \(range.lowerBound) to \(range.upperBound) is expected")
        }
        return number
    }

    /// The bytes of a body: a string, or an object with `text`, `json`, `base64` or `file`.
    func content() throws(Failure) -> [UInt8] {
        if case .object(let members) = node.value {
            let object = try object(["json", "base64", "file"])
            guard members.count == 1 else { throw failure("one of json, base64 and file is expected") }
            if let json = object["json"] { return Array(json.node.json.utf8) }
            if let base64 = object["base64"] { return try base64.base64() }
            if let file = object["file"] { return try file.file() }
        }
        return Array(try scalar().utf8)
    }

    /// The bytes that a string encodes in Base64 (RFC 4648, section 4).
    func base64() throws(Failure) -> [UInt8] {
        guard let bytes = [UInt8](base64: try string()) else { throw failure("the text is not valid Base64") }
        return bytes
    }

    /// The bytes of the file that a string names.
    func file() throws(Failure) -> [UInt8] {
        let name = try string()
        do throws(Failure) {
            return try source.contents(of: name)
        } catch {
            throw failure(error.message, why: error.why)
        }
    }
}

/// The members of an object, by their names.
struct CaseObject {
    let reader: CaseReader
    let members: [CaseNode.Member]

    /// Returns the value of a member; `nil` without one.
    subscript(name: String) -> CaseReader? { members.first { $0.name == name }.map(reader.child) }

    /// Returns the value of a member.
    ///
    /// Throws ``Failure/Code/testFileInvalid`` without one.
    func required(_ name: String) throws(Failure) -> CaseReader {
        guard let value = self[name] else { throw reader.failure("\"\(name)\" is missing") }
        return value
    }
}
