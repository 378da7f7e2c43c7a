import ArgumentParser
import Diagnostics
import OCI

/// The option that also sets the shorter tags of a version.
struct AliasOption: ParsableArguments {
    /// The known schemes of versions.
    enum Scheme: String, ExpressibleByArgument, CaseIterable {
        case semver
    }

    @Option(
        help: ArgumentHelp(
            "semver: also set shorter tags (v1.4.2 sets v1.4 and v1), unless they point to a newer version",
            valueName: "scheme"
        )
    )
    var alias: Scheme?

    /// Whether aliases are wanted for the tag of a reference.
    ///
    /// Throws ``Failure/Code/usage`` if the tag is not a version.
    func isWanted(for tag: Tag?) throws(Failure) -> Bool {
        guard alias != nil else { return false }
        guard let tag, VersionTag(tag) != nil else {
            throw Failure(
                .usage,
                tag.map { "the tag \($0) is not a version" } ?? "--alias semver needs a tag",
                why: "--alias semver expects a tag like v1.4.2 or 1.4.2",
                try: ["omit --alias, and name further tags yourself"]
            )
        }
        return true
    }
}
