package import Diagnostics

/// A tag: 1 to 128 of `[A-Za-z0-9_.-]`, not starting with `.` or `-` (distribution spec, "Pulling manifests").
package struct Tag: Hashable, Sendable {
    /// The default tag of references without a tag.
    package static let latest = Tag(trusted: "latest")

    private let text: String

    private init(trusted text: String) { self.text = text }

    /// Reads a tag; throws ``Failure/Code/tagInvalid``, which names the invalid character.
    package init(parsing text: some StringProtocol) throws(Failure) {
        let shown = String(text).truncated(to: 160)
        guard !text.isEmpty else {
            throw Failure(
                .tagInvalid,
                "the tag is empty",
                why: "nothing follows the last \":\"; a variable there may be empty",
                try: ["v0.0.1"]
            )
        }
        if let wrong = text.unicodeScalars.enumerated().first(where: { !$1.belongsInTag(at: $0) }) {
            let suggestion = String(text).replacingInvalidTagCharacters()
            throw Failure(
                .tagInvalid,
                "invalid tag format: \"\(shown)\" is not allowed",
                why:
                    "\"\(wrong.element)\" at character \(wrong.offset + 1); a tag has up to 128 letters, digits, _ . - "
                    + "and does not start with . or -",
                try: suggestion.map { [$0] } ?? []
            )
        }
        guard text.utf8.count <= 128 else {
            throw Failure(
                .tagInvalid,
                "invalid tag format: \"\(shown)\" is too long",
                why: "a tag has at most 128 characters, but this tag has \(text.utf8.count)",
                try: [String(text.prefix(128))]
            )
        }
        self.text = String(text)
    }
}

extension Tag: CustomStringConvertible {
    /// The tag itself.
    package var description: String { text }
}

extension String {
    fileprivate func replacingInvalidTagCharacters() -> String? {
        let replaced = String(
            String.UnicodeScalarView(unicodeScalars.map { $0.belongsInTag(at: 1) ? $0 : "-" })
        )
        let trimmed = String(replaced.drop { $0 == "-" || $0 == "." }.prefix(128))
        return trimmed.isEmpty ? nil : trimmed
    }
}

extension Unicode.Scalar {
    fileprivate func belongsInTag(at offset: Int) -> Bool {
        switch self {
        case "a"..."z", "A"..."Z", "0"..."9", "_": true
        case ".", "-": offset > 0
        default: false
        }
    }
}
