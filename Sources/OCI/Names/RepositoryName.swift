package import Diagnostics

/// The name of a repository within its registry, for example `test-oci/header-authorization`.
///
/// The grammar is the distribution spec's ("Pulling manifests", `<name>`), with the common limit of 255 characters.
package struct RepositoryName: Hashable, Sendable {
    private let text: String

    /// Reads a name; throws ``Failure/Code/repositoryUppercase`` or ``Failure/Code/referenceInvalid``.
    package init(parsing text: some StringProtocol) throws(Failure) {
        let name = String(text)
        let shown = name.truncated(to: 160)
        guard !name.isEmpty else {
            throw Failure(.referenceInvalid, "repository name must have at least one component")
        }
        guard name.utf8.count <= 255 else {
            throw Failure(
                .referenceInvalid,
                "repository name must not be more than 255 characters",
                why: "it has \(name.utf8.count)"
            )
        }
        if let offset = Self.violation(in: name) {
            let wrong = name.unicodeScalars.dropFirst(offset).first.map {
                "\"\($0)\" at character \(offset + 1)"
            }
            let lowercased = name.lowercased()
            guard Self.violation(in: lowercased) != nil else {
                throw Failure(
                    .repositoryUppercase,
                    "repository name must be lowercase: \"\(shown)\"",
                    why: wrong,
                    try: [lowercased]
                )
            }
            throw Failure(
                .referenceInvalid,
                "invalid reference format: \"\(shown)\" is not a repository name",
                why:
                    "\(wrong ?? "it ends with a separator"); a name has lower-case letters and digits, separated by "
                    + "/ . _ __ or hyphens",
                try: Self.likely(name).map { [$0] } ?? []
            )
        }
        self.text = name
    }

    /// Returns the name on Docker Hub, where a single part is an official image of `library`.
    func onDockerHub() throws(Failure) -> RepositoryName {
        text.contains("/") ? self : try RepositoryName(parsing: "library/" + text)
    }

    /// Returns a corrected name, without extra slashes and with `-` for invalid characters; `nil` if that is not valid.
    private static func likely(_ name: String) -> String? {
        let parts = name.lowercased().split(separator: "/").map { part in
            part.map { $0.isASCIIAlphanumeric || "._".contains($0) ? String($0) : "-" }.joined()
                .split(separator: "-").joined(separator: "-")
        }
        let likely = parts.filter { !$0.isEmpty }.joined(separator: "/")
        return likely.utf8.count <= 255 && violation(in: likely) == nil ? likely : nil
    }

    /// Returns the offset in bytes at which a text violates `[a-z0-9]+ ((?:[/._]|__|[-]+) [a-z0-9]+)*`; `nil` if it is valid.
    private static func violation(in name: String) -> Int? {
        let bytes = Array(name.utf8)
        var offset = 0
        while true {
            let start = offset
            while offset < bytes.count, bytes[offset].isLowerCaseAlphanumeric { offset += 1 }
            guard offset > start else { return offset }
            guard offset < bytes.count else { return nil }
            switch bytes[offset] {
            case UInt8(ascii: "/"), UInt8(ascii: "."):
                offset += 1
            case UInt8(ascii: "_"):
                offset += bytes[offset...].starts(with: "__".utf8) ? 2 : 1
            case UInt8(ascii: "-"):
                while offset < bytes.count, bytes[offset] == UInt8(ascii: "-") { offset += 1 }
            default:
                return offset
            }
        }
    }
}

extension RepositoryName: CustomStringConvertible {
    /// The name itself.
    package var description: String { text }
}

extension UInt8 {
    fileprivate var isLowerCaseAlphanumeric: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
    }
}
