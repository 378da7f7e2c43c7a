import Diagnostics
import OCI
import Testing

/// The aliases of a version tag.
@Suite struct VersionTagTests {
    static let rows: [(tag: String, existing: [String], set: [String], kept: [String], why: String)] = [
        ("v1.4.2", [], ["v1.4", "v1"], [], "the first version"),
        ("1.4.2", [], ["1.4", "1"], [], "without a v"),
        ("v1.4.2", ["v1.4.1", "v1.3.9", "v1.4", "v1"], ["v1.4", "v1"], [], "the newest version"),
        ("v1.4.2", ["v1.5.0"], ["v1.4"], ["v1"], "a patch of an older minor version"),
        ("v1.4.2", ["v1.4.10"], [], ["v1.4", "v1"], "numbers, not texts, are compared"),
        ("v1.4.2", ["v2.0.0"], ["v1.4", "v1"], [], "another major version"),
        ("v1.4.2", ["v1.4.2"], ["v1.4", "v1"], [], "the same version again"),
        ("v1.4.2", ["v1.5.0-rc1"], ["v1.4", "v1"], [], "pre-releases keep nothing"),
        ("v1.4.2", ["1.5.0"], ["v1.4", "v1"], [], "versions of the other style"),
        ("v1.4.2", ["v1.5", "latest", "v1.05.0"], ["v1.4", "v1"], [], "tags that are no versions"),
        ("v1.4.3-rc1", ["v1.4.2"], [], [], "a pre-release moves nothing"),
    ]

    @Test("sets the shorter tags, and never moves one back", arguments: rows)
    func aliases(tag: String, existing: [String], set: [String], kept: [String], why: String) throws {
        let version = try #require(VersionTag(try Tag(parsing: tag)))
        let tags = try existing.map { text throws(Failure) in try Tag(parsing: text) }
        let aliases = version.aliases(among: tags)
        #expect(aliases.tags.map(\.description) == set, "\(why)")
        #expect(aliases.kept.map(\.alias.description) == kept, "\(why)")
    }

    @Test(
        "reads versions of three numbers only",
        arguments: ["latest", "v1", "v1.4", "v1.4.2.1", "v1.04.2", "V1.4.2", "v1..2", "v99999999999999999999.0.0"]
    )
    func others(tag: String) throws {
        #expect(VersionTag(try Tag(parsing: tag)) == nil)
    }
}
