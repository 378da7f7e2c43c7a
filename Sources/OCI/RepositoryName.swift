public import Diagnostics

/// The name of a repository within its registry, for example `test-oci/header-authorization`.
///
/// The grammar is the distribution spec's ("Pulling manifests", `<name>`), with the limit of 255 characters that
/// registries share.
public struct RepositoryName: Hashable, Sendable {
    private let text: String

    /// Reads a name; throws ``Failure/Code/repositoryUppercase`` or ``Failure/Code/referenceInvalid``.
    public init(parsing text: some StringProtocol) throws(Failure) {
        let name = String(text)
        let shown = name.truncated(to: 160)
        guard !name.isEmpty else {
            throw Failure(.referenceInvalid, "repository name must have at least one component")
        }
        guard name.utf8.count <= 255 else {
            throw Failure(
                .referenceInvalid,
                "repository name must not be more than 255 characters",
                why: "this one has \(name.utf8.count)"
            )
        }
        var position = 1
        for component in name.split(separator: "/", omittingEmptySubsequences: false) {
            if let violation = Self.violation(of: component) {
                if violation.isUppercase {
                    throw Failure(
                        .repositoryUppercase,
                        "repository name must be lowercase: \"\(shown)\"",
                        why: "\(violation.what) at character \(position + violation.offset)",
                        try: [name.lowercased()]
                    )
                }
                throw Failure(
                    .referenceInvalid,
                    "invalid reference format: \"\(shown)\" is not a repository name",
                    why: "\(violation.what) at character \(position + violation.offset); a name is lower-case letters "
                        + "and digits, separated by /, one of . _ __ or any number of -"
                )
            }
            position += component.utf8.count + 1
        }
        self.text = name
    }

    private struct Violation {
        let what: String
        let offset: Int
        var isUppercase = false
    }

    /// `[a-z0-9]+ ((?:[._]|__|[-]+) [a-z0-9]+)*`, or what breaks it.
    private static func violation(of component: Substring) -> Violation? {
        guard !component.isEmpty else { return Violation(what: "an empty part", offset: 0) }
        var separator = ""
        var separatorStart = 0
        for (offset, character) in component.unicodeScalars.enumerated() {
            switch character {
            case "a"..."z", "0"..."9":
                if !separator.isEmpty, separatorStart == 0 || !separator.isSeparator {
                    return Violation(what: "\"\(separator)\"", offset: separatorStart)
                }
                separator = ""
            case ".", "_", "-":
                if separator.isEmpty { separatorStart = offset }
                separator.unicodeScalars.append(character)
            case "A"..."Z":
                return Violation(what: "\"\(character)\"", offset: offset, isUppercase: true)
            default:
                return Violation(what: "\"\(character)\"", offset: offset)
            }
        }
        return separator.isEmpty ? nil : Violation(what: "\"\(separator)\" at the end of a part", offset: separatorStart)
    }
}

extension RepositoryName: CustomStringConvertible {
    /// The name itself.
    public var description: String { text }
}

extension String {
    /// Whether it may stand between two runs of letters and digits.
    fileprivate var isSeparator: Bool {
        self == "." || self == "_" || self == "__" || allSatisfy { $0 == "-" }
    }
}
