import Foundation
import TestSupport
import Testing

/// Vulnerabilities of other registry clients: how the program handles a registry's content and messages.
///
/// Tests/promises.md describes each advisory.
@Suite(.long, .timed, .timeLimit(.minutes(10)), .enabled(if: Internet.isPossible, Internet.whySkipped))
struct AdvisoryContentLongTests {
    private let registry: TurnedRegistry

    init() throws { registry = try TurnedRegistry() }

    @Test func `CVE-2021-41190: rejects a manifest that is both an image and an index`() async throws {
        let both = try await registry.manifest().replacing(
            #""schemaVersion":2"#,
            with: #""manifests":[],"schemaVersion":2"#
        )
        #expect(both.contains("manifests"))
        registry.expect(
            try await registry.pull(try registry.rule(manifest: both)),
            65,
            "manifest-invalid",
            "CVE-2021-41190"
        )
    }

    @Test func `CVE-2025-24882: rejects a manifest that differs from the pinned digest`()
        async throws
    {
        let other = try await registry.manifest().replacing(
            #""schemaVersion":2"#,
            with: #""schemaVersion": 2"#
        )
        let pinned = "\(registry.reference)@sha256:\(String(repeating: "0", count: 64))"
        let result = try await registry.pull(try registry.rule(manifest: other), reference: pinned)
        registry.expect(result, 65, "digest-mismatch")
        let asked = result.requests[Internet.registry, default: []].map(\.path)
        #expect(asked.contains { $0.hasSuffix("/manifests/sha256:" + String(repeating: "0", count: 64)) })
        #expect(!asked.contains { $0.hasSuffix("/manifests/v1") }, "the digest is stronger than the tag")
    }

    static let digests = [
        "sha256:../../../../etc/passwd", "", "sha256:", "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "md5:d41d8cd98f00b204e9800998ecf8427e", "SHA256:\(String(repeating: "a", count: 64))",
        "sha256:\(String(repeating: "A", count: 64))", "sha512:\(String(repeating: "a", count: 64))",
    ]

    @Test("CVE-2024-3727: never uses an invalid digest in a path or request", arguments: digests)
    func digestsThatAreNone(digest: String) async throws {
        let text = try await registry.manifest().replacing(/sha256:[0-9a-f]{64}/) { _ in digest }
        let result = try await registry.pull(try registry.rule(manifest: text))
        registry.expect(result, 65, "manifest-invalid")
        let asked = result.requests[Internet.registry, default: []].map(\.path)
        #expect(!asked.contains { $0.contains("/blobs/") }, "\(result)")
    }

    static let sizes: [(size: String, code: String)] = [
        ("4611686018427387904", "manifest-invalid"), ("9223372036854775808", "manifest-invalid"),
        ("-1", "manifest-invalid"), ("1e999", "manifest-invalid"), ("1.5", "manifest-invalid"),
        ("\"7\"", "manifest-invalid"), ("null", "manifest-invalid"),
    ]

    @Test("GHSA-f36w-mj3v-6jqv: rejects an impossible size without allocating memory", arguments: sizes)
    func sizesThatCannotBe(size: String, code: String) async throws {
        let text = try await registry.manifest().replacing(/"size":[0-9]+/) { _ in "\"size\":\(size)" }
        registry.expect(try await registry.pull(try registry.rule(manifest: text)), 65, code)
    }

    static let bombs: [(what: String, manifest: String)] = [
        ("many levels", String(repeating: "[", count: 100_000)),
        (
            "many levels that end",
            String(repeating: "{\"a\":", count: 5_000) + "1" + String(repeating: "}", count: 5_000)
        ),
        ("a key twice", #"{"schemaVersion":2,"schemaVersion":2}"#),
        ("half a surrogate pair", #"{"schemaVersion":2,"mediaType":"\ud800"}"#),
        ("a huge number", #"{"schemaVersion":1e99999}"#),
        ("nothing", ""),
        ("a text", "\"schemaVersion\""),
    ]

    @Test("rejects a JSON bomb without crashing", arguments: bombs)
    func JSONBombs(what: String, manifest: String) async throws {
        let result = try await registry.pull(try registry.rule(manifest: manifest))
        #expect(result.status == 65, "\(what): \(result)")
        #expect(result.stderr.contains("error["), "\(what): \(result)")
        #expect(!registry.work.exists("out.wasm"))
    }

    // MARK: Messages

    @Test func `CVE-2021-25743: removes a registry's control characters from the output`() async throws {
        // Clears the screen, fills the clipboard, reverses the text direction; C1's CSI, a line break.
        let words = #"no \u001b[2J\u001b]52;c;aGk=\u0007 \u202e \u009b31m\r\nerror[none]: all is well"#
        let rules =
            #"[{"method":"GET","path":"/manifests/","status":403,"#
            + #""body":{"errors":[{"code":"\u001b[31m","message":"\#(words)"}]}}]"#
        let result = try await registry.pull(rules)
        #expect(result.status == 77, "\(result)")
        for scalar in (result.stdout + result.stderr).unicodeScalars where scalar != "\n" {
            #expect(
                !(0...0x1F).contains(scalar.value) && !(0x7F...0x9F).contains(scalar.value)
                    && !(0x202A...0x202E).contains(scalar.value),
                "\(result)"
            )
        }
        #expect(!result.stderr.contains("\nerror[none]"), "\(result)")
    }

    @Test func `rejects a token that would break its header field`() async throws {
        let token = #"[{"path":"/token","status":200,"body":{"token":"a\r\nX-Injected: 1"}}]"#
        let result = try await registry.pull(token)
        #expect(result.status == 76, "\(result)")
        let names = result.requests[Internet.registry, default: []].flatMap { $0.headers.map { $0[0] } }
        #expect(!names.contains("X-Injected"))
    }

    @Test func `CVE-2021-45449: rejects a password in a reference before any request`() async throws {
        let result = try await registry.pull("[]", reference: "ci:hush-in-reference@\(registry.reference)")
        registry.expect(result, 64, "reference-invalid", "cannot contain a user name or password")
        #expect(result.isUntouched(Internet.registry))
    }
}
