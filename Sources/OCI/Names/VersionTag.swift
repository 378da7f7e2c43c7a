/// A tag that is a version of Semantic Versioning 2.0.0, with or without a leading `v`.
///
/// A `+` cannot be in a tag, so there is no build metadata.
package struct VersionTag: Sendable, Hashable {
    /// The tag.
    package let tag: Tag
    /// `v` or nothing.
    private let prefix: String
    private let numbers: [Int]
    /// Whether it is a pre-release, such as `v1.4.2-rc1`.
    package let isPrerelease: Bool

    /// Returns `nil` for a tag that is not a version of three numbers.
    package init?(_ tag: Tag) {
        self.tag = tag
        let text = tag.description
        prefix = text.hasPrefix("v") ? "v" : ""
        let version = text.dropFirst(prefix.count)
        let release = version.prefix { $0 != "-" }
        isPrerelease = release.endIndex != version.endIndex
        let parts = release.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part -> Int? in
            guard part.allSatisfy(\.isASCIIDigit), part == "0" || !part.hasPrefix("0") else {
                return nil
            }
            return Int(part)
        }
        guard parts.count == 3, numbers.count == 3 else { return nil }
        self.numbers = numbers
    }

    /// Whether this release comes after another one.
    private func isNewer(than other: VersionTag) -> Bool { other.numbers.lexicographicallyPrecedes(numbers) }

    /// The aliases of a version: which to set, and which stay at a newer version.
    package struct Aliases: Sendable, Equatable {
        /// An alias that is not moved, and the newest version for which it is kept.
        package struct Kept: Sendable, Equatable {
            package let alias: Tag
            package let newer: Tag
        }

        /// The aliases to set, the longer first.
        package let tags: [Tag]
        package let kept: [Kept]

        /// Creates a result.
        package init(tags: [Tag], kept: [Kept]) {
            self.tags = tags
            self.kept = kept
        }
    }

    /// Returns the aliases of this version beside the tags that a repository has.
    ///
    /// `v1.4.2` has the aliases `v1.4` and `v1`. An alias stays if a newer release has it. Pre-releases neither have
    /// aliases nor keep any.
    package func aliases(among tags: [Tag]) -> Aliases {
        guard !isPrerelease else { return Aliases(tags: [], kept: []) }
        let releases = tags.compactMap(VersionTag.init).filter { !$0.isPrerelease && $0.prefix == prefix }
        var wanted: [Tag] = []
        var kept: [Aliases.Kept] = []
        for length in [2, 1] {
            let common = numbers.prefix(length)
            guard let alias = try? Tag(parsing: prefix + common.map(String.init).joined(separator: "."))
            else {
                continue
            }
            let newer = releases.filter { $0.numbers.prefix(length) == common && $0.isNewer(than: self) }
            if let newest = newer.max(by: { $1.isNewer(than: $0) }) {
                kept.append(Aliases.Kept(alias: alias, newer: newest.tag))
            } else {
                wanted.append(alias)
            }
        }
        return Aliases(tags: wanted, kept: kept)
    }
}
