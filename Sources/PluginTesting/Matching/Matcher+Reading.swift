import Diagnostics

extension CaseReader {
    /// The operators of a matcher for any text.
    private static let textKeys = ["equals", "contains", "prefix", "suffix", "regex", "not"]

    /// What a matcher is applied to; more operators are possible for some.
    enum Subject {
        case text
        case header
        case body

        var keys: [String] {
            switch self {
            case .text: textKeys
            case .header: textKeys + ["absent", "present"]
            case .body: textKeys + ["absent", "present", "json", "base64", "file"]
            }
        }
    }

    /// Reads a matcher: a text that must be equal, or an object of operators that must all hold.
    func matcher(_ subject: Subject) throws(Failure) -> Matcher {
        guard case .object = node.value else { return .equals(try scalar()) }
        return try matcher(object(subject.keys), subject)
    }

    /// Reads the operators among the members of an object.
    func matcher(_ object: CaseObject, _ subject: Subject, ignoring other: Set<String> = []) throws(Failure)
        -> Matcher
    {
        var matchers: [Matcher] = []
        for name in subject.keys {
            guard let value = object[name] else { continue }
            matchers.append(try value.operation(name, subject))
        }
        guard !matchers.isEmpty else {
            throw failure(
                "a matcher is expected",
                why: "its operators are \(subject.keys.joined(separator: ", "))"
            )
        }
        return matchers.count == 1 ? matchers[0] : .all(matchers)
    }

    private func operation(_ name: String, _ subject: Subject) throws(Failure) -> Matcher {
        switch name {
        case "equals": return .equals(try scalar())
        case "contains": return .contains(try scalar())
        case "prefix": return .prefix(try scalar())
        case "suffix": return .suffix(try scalar())
        case "regex": return .regex(try pattern())
        case "not": return .not(try matcher(subject))
        case "absent": return try bool() ? .absent : .present
        case "present": return try bool() ? .present : .absent
        case "json": return .json(node)
        case "base64": return .bytes(try base64(), from: "base64")
        default: return .bytes(try file(), from: try string())
        }
    }

    private func pattern() throws(Failure) -> Pattern {
        let text = try string()
        do throws(PatternError) {
            return try Pattern(text)
        } catch {
            throw failure("the pattern is not valid: \(error.reason)")
        }
    }
}
