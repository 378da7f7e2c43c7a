import Diagnostics
import OCI
import Testing

/// Mistakes in references whose remedy is known: a slash in a tag, and variables that were not replaced.
@Suite struct ReferenceMistakeTests {
    static let slashes: [(text: String, suggestion: String)] = [
        ("ghcr.io/acme/p:feature/login", "ghcr.io/acme/p:feature-login"),
        ("localhost:5000/a/b:fix/1/2", "localhost:5000/a/b:fix-1-2"),
        ("acme/p:release/v1.2", "acme/p:release-v1.2"),
        ("p:feature/login", "p:feature-login"),
        ("registry.example.com:443/p:dependabot/npm/x", "registry.example.com:443/p:dependabot-npm-x"),
    ]

    @Test("says that a tag has no slash, and suggests a valid tag", arguments: slashes)
    func slash(text: String, suggestion: String) throws {
        let failure = try #require(throws: Failure.self) { try Reference(parsing: text) }
        #expect(failure.code == .tagInvalid)
        #expect(failure.message.contains("a tag has no \"/\""), "\(failure)")
        #expect(failure.hints == [suggestion])
        #expect(throws: Never.self) { try Reference(parsing: suggestion) }
    }

    static let variables: [(text: String, variable: String)] = [
        ("ghcr.io/acme/p:${TAG}", "${TAG}"), ("ghcr.io/acme/p:$TAG", "$TAG"),
        ("ghcr.io/acme/p:v$(cat VERSION)".replacing(" ", with: "_"), "$(cat_VERSION)"),
        ("$REGISTRY/acme/p:v1", "$REGISTRY"), ("ghcr.io/${ORG}/p:v1", "${ORG}"),
        ("ghcr.io/acme/p:{{.Version}}", "{{.Version}}"), ("ghcr.io/acme/p:<tag>", "<tag>"),
        ("p:${TAG", "${TAG"),
    ]

    @Test("names a variable that was not replaced", arguments: variables)
    func variable(text: String, variable: String) throws {
        let failure = try #require(throws: Failure.self) { try Reference(parsing: text) }
        #expect(failure.message.contains("\"\(variable)\" was not expanded"), "\(failure)")
        #expect(!failure.hints.contains { $0.contains("TAG-") })
    }

    @Test(
        "other references keep their meaning",
        arguments: ["localhost:5000/a/b", "a.example:1/b:c", "[::1]:5000/a:b"]
    )
    func valid(text: String) {
        #expect(throws: Never.self) { try Reference(parsing: text) }
    }
}
