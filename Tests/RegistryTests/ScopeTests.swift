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

    static let misses: [(own: Access, missed: String, items: [String], why: String)] = [
        (.pull, "repository:team/plugin:push", ["repository:team/plugin:pull,push"], "another action"),
        (
            .push, "repository:team/plugin:pull,delete", ["repository:team/plugin:pull,push,delete"],
            "what is there is not said twice"
        ),
        (.push, "repository:team/plugin:push", ["repository:team/plugin:pull,push"], "nothing new"),
        (
            .pull, "repository:base/image:pull aws aws",
            ["repository:team/plugin:pull", "repository:base/image:pull", "aws"],
            "other things, behind its own"
        ),
        (.pull, "", ["repository:team/plugin:pull"], "nothing"),
        (
            .pull, ": ::", ["repository:team/plugin:pull", ":", "::"],
            "no scopes at all: the service will say so"
        ),
    ]

    @Test("adds the scopes that a registry requires", arguments: misses)
    func widening(own: Access, missed: String, items: [String], why: String) throws {
        let repository = try RepositoryName(parsing: "team/plugin")
        #expect(Scope(repository, own).widened(by: missed).items == items, "\(why)")
    }

    @Test("merges the scopes of the repository and of a challenge", arguments: table)
    func merging(row: Row) throws {
        let repository = try RepositoryName(parsing: "team/plugin")
        #expect(
            Scope(repository, row.access).adding(row.challenge).items == row.items,
            "\(row.why)"
        )
    }
}
