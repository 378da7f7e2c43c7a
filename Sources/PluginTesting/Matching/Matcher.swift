import Diagnostics
import OCI

/// A condition on a text or on bytes.
indirect enum Matcher: Sendable {
    case equals(String)
    case contains(String)
    case prefix(String)
    case suffix(String)
    /// The pattern matches the whole text.
    case regex(Pattern)
    case absent
    case present
    case not(Matcher)
    /// All of them.
    case all([Matcher])
    /// The bytes are JSON with an equal value.
    case json(CaseNode)
    /// The bytes are exactly these, which come from a file or from Base64.
    case bytes([UInt8], from: String)

    /// Returns whether a value meets the condition; without a value, it is `nil`.
    ///
    /// With `emptyIsAbsent`, an empty value is there only for the operators that compare it.
    /// The result is `nil` if a pattern takes too long to decide.
    func matches(_ value: [UInt8]?, emptyIsAbsent: Bool = false) -> Bool? {
        let isThere = value.map { !$0.isEmpty || !emptyIsAbsent } ?? false
        switch self {
        case .absent: return !isThere
        case .present: return isThere
        case .not(let matcher): return matcher.matches(value, emptyIsAbsent: emptyIsAbsent).map { !$0 }
        case .all(let matchers):
            var result: Bool? = true
            for matcher in matchers {
                switch matcher.matches(value, emptyIsAbsent: emptyIsAbsent) {
                case false?: return false
                case true?: continue
                case nil: result = nil
                }
            }
            return result
        default: break
        }
        guard let value else { return false }
        switch self {
        case .equals(let text): return value.elementsEqual(text.utf8)
        case .contains(let text): return value.contains(sequence: Array(text.utf8))
        case .prefix(let text): return value.starts(with: text.utf8)
        case .suffix(let text): return value.reversed().starts(with: text.utf8.reversed())
        case .regex(let pattern):
            guard let text = String(validating: value, as: UTF8.self) else { return false }
            return pattern.matches(text)
        case .json(let expected):
            guard let found = try? CaseNode.reading(json: value) else { return false }
            return expected.difference(from: found) == nil
        case .bytes(let bytes, _): return value == bytes
        case .absent, .present, .not, .all: return nil
        }
    }

    /// The condition, for the report of a difference.
    var description: String {
        switch self {
        case .equals(let text): text.quotedForReport
        case .contains(let text): "contains \(text.quotedForReport)"
        case .prefix(let text): "begins with \(text.quotedForReport)"
        case .suffix(let text): "ends with \(text.quotedForReport)"
        case .regex(let pattern): "matches /\(pattern.description.truncated(to: 200))/"
        case .absent: "absent"
        case .present: "present"
        case .not(let matcher): "not (\(matcher.description))"
        case .all(let matchers): matchers.map(\.description).joined(separator: " and ")
        case .json(let node): "JSON \(node.json.truncated(to: 400))"
        case .bytes(let bytes, let origin): "\(bytes.count) bytes of \(origin)"
        }
    }

    /// What a value differs in, if that is more than the value itself; for the report.
    func detail(of value: [UInt8]) -> String? {
        switch self {
        case .json(let expected):
            guard let found = try? CaseNode.reading(json: value) else { return "it is not JSON" }
            return expected.difference(from: found).map {
                "at \($0.path): expected \($0.expected.truncated(to: 200)), got \($0.got.truncated(to: 200))"
            }
        case .equals(let text): return Self.detail(Array(text.utf8), value)
        case .bytes(let bytes, _): return Self.detail(bytes, value)
        case .regex where matches(value) == nil: return "the pattern takes too long to decide"
        default: return nil
        }
    }

    /// Where two long texts begin to differ.
    private static func detail(_ expected: [UInt8], _ value: [UInt8]) -> String? {
        guard max(expected.count, value.count) > 60 else { return nil }
        let common = zip(expected, value).prefix { $0 == $1 }.count
        let start = max(0, common - 20)
        func excerpt(_ bytes: [UInt8]) -> String {
            String(decoding: bytes.dropFirst(start).prefix(60), as: UTF8.self).quotedForReport
        }
        return
            "they differ from byte \(common) on: expected \(excerpt(expected)), got \(excerpt(value)) "
            + "(\(expected.count) and \(value.count) bytes)"
    }
}

extension String {
    /// The text in quotes, with escapes, and cut if it is long.
    var quotedForReport: String {
        var result = "\""
        for scalar in truncated(to: 400).unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\"": result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension [UInt8] {
    /// The bytes as a text for a report: quoted, or their number if they are not text.
    var quotedForReport: String {
        String(validating: self, as: UTF8.self)?.quotedForReport ?? "\(count) bytes that are not UTF-8"
    }

    /// Whether other bytes are in it; takes a time that grows with the sum of both lengths (Knuth, Morris and Pratt).
    func contains(sequence other: [UInt8]) -> Bool {
        // For each position, the length of the longest proper prefix that ends there.
        var borders = [Int](repeating: 0, count: other.count)
        var length = 0
        for position in other.indices.dropFirst() {
            while length > 0, other[position] != other[length] { length = borders[length - 1] }
            if other[position] == other[length] { length += 1 }
            borders[position] = length
        }
        length = 0
        for byte in self where length < other.count {
            while length > 0, byte != other[length] { length = borders[length - 1] }
            if byte == other[length] { length += 1 }
        }
        return length == other.count
    }
}
