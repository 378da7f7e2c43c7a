import OCI
import Testing

@testable import Registry

@Suite struct ScopeTests {
    typealias Row = (access: Access, challenge: String?, items: [String], why: String)

    static let table: [Row] = [
        (.pull, nil, ["repository:team/plugin:pull"], "nothing is asked beyond"),
        (.push, nil, ["repository:team/plugin:pull,push"], "pushing reads too"),
        (.push, "", ["repository:team/plugin:pull,push"], "an empty scope"),
        (
            .push, "repository:team/plugin:pull", ["repository:team/plugin:pull,push"],
            "the HEAD before a push is challenged for less: one token for all"
        ),
        (
            .pull, "repository:team/plugin:pull,push,delete", ["repository:team/plugin:pull"],
            "no more rights than are needed"
        ),
        (.push, "aws", ["repository:team/plugin:pull,push", "aws"], "public ECR; the own one stands first"),
        (
            .pull, "repository:base/image:pull  repository:team/plugin:pull",
            ["repository:team/plugin:pull", "repository:base/image:pull"], "two, and two spaces"
        ),
        (
            .pull, "repository:team/plugin2:pull",
            ["repository:team/plugin:pull", "repository:team/plugin2:pull"],
            "a name that begins alike is another"
        ),
    ]

    @Test("what a repository needs and what a challenge asks for become one list", arguments: table)
    func merging(row: Row) throws {
        let repository = try RepositoryName(parsing: "team/plugin")
        #expect(
            Scope(repository, row.access).adding(row.challenge).items == row.items,
            "\(row.why)"
        )
    }
}
