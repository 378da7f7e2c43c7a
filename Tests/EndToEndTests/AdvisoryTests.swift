import Foundation
import TestSupport
import Testing

/// What went wrong in other registry clients, tried on the built program; docs/promises.md says what each one was.
///
/// A public registry turns hostile after a push to it. The other hosts' records prove where no credentials came to.
@Suite(.timeLimit(.minutes(10)), .enabled(if: Internet.isPossible, Internet.whySkipped))
struct AdvisoryTests {
    private let work: Workspace
    private let reference = "\(Internet.registry)/team/plugin:v1"

    init() throws { work = try Workspace() }

    private func pull(
        _ rules: String,
        _ more: String...,
        reference: String? = nil,
        internet: Internet = Internet(),
        others: [String: String] = [:]
    ) async throws -> Internet.Result {
        try await internet.run(
            ["pull", reference ?? self.reference, "-o", "out.wasm", "-v"] + more + Internet.signIn,
            rules: others.merging([Internet.registry: rules]) { $1 },
            in: work
        )
    }

    private func push(
        _ rules: String,
        internet: Internet = Internet(),
        others: [String: String] = [:]
    ) async throws -> Internet.Result {
        try await internet.run(
            ["push", "\(Internet.registry)/team/other:v1", "module.wasm", "-v"] + Internet.signIn,
            rules: others.merging([Internet.registry: rules]) { $1 },
            in: work
        )
    }

    /// Expects a run to have failed for a reason, with no secret in its words and no file left.
    private func expect(
        _ result: Internet.Result,
        _ status: Int32,
        _ code: String,
        _ phrase: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(result.status == status, "\(result)", sourceLocation: sourceLocation)
        #expect(result.stderr.contains("error[\(code)]"), "\(result)", sourceLocation: sourceLocation)
        #expect(
            phrase.isEmpty || result.stderr.contains(phrase),
            "\(result)",
            sourceLocation: sourceLocation
        )
        #expect(!(result.stdout + result.stderr).contains("hush"), sourceLocation: sourceLocation)
        #expect(!work.exists("out.wasm"), sourceLocation: sourceLocation)
    }

    /// The manifest that the push has sent, as text to be changed.
    private func manifest() async throws -> String {
        try work.write(Modules.plugin, to: "module.wasm")
        let run = try await work.run("build", "module.wasm", "--layout", "image")
        let digest = try #require(run.outputText.split(separator: ":").last).trimmingCharacters(in: .newlines)
        return String(decoding: try work.bytes(of: "image/blobs/sha256/\(digest)"), as: UTF8.self)
    }

    /// A rule by which the registry answers each question for a manifest with this one.
    private func rule(manifest: String) throws -> String {
        struct Rule: Encodable {
            let method = "GET"
            let path = "/manifests/"
            let status = 200
            let headers = ["Content-Type": "application/vnd.oci.image.manifest.v1+json"]
            let body: String
        }
        return String(decoding: try JSONEncoder().encode([Rule(body: manifest)]), as: UTF8.self)
    }

    // MARK: Places of content

    @Test func `CVE-2020-15157: the places of a foreign layer are never asked, and get no credentials`()
        async throws
    {
        let place = "https://\(Internet.stranger)/layer"
        let foreign = try await manifest().replacing(
            #""mediaType":"application/vnd.oci.image.layer.v1.tar+gzip""#,
            with: #""mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","urls":["\#(place)"]"#
        )
        #expect(foreign.contains("urls"))
        let result = try await pull(try rule(manifest: foreign))
        expect(result, 76, "address-refused", "place of a foreign layer")
        #expect(result.isUntouched(Internet.stranger))
    }

    // MARK: The token service

    static let realms: [(realm: String, code: String, why: String)] = [
        ("http://auth.example/token", "address-refused", "a password in the clear"),
        ("http://registry.example/token", "address-refused", "also at the registry itself"),
        ("https://169.254.169.254/token", "address-refused", "where a cloud keeps its secrets"),
        ("https://10.0.0.7/token", "address-refused", "a private network"),
        ("https://127.0.0.1/token", "address-refused", "this machine"),
        ("https://2130706433/token", "address-refused", "this machine in disguise"),
        ("https://localhost/token", "address-refused", "this machine by name"),
        ("https://metadata.google.internal/token", "address-refused", "a cloud's secrets by name"),
        ("https://inside.example/token", "address-refused", "a public name that stands for this machine"),
        ("https://intranet.example/token", "address-refused", "and one for a private network"),
        // UTF-8, a byte at a time: the peer writes its headers as Latin-1.
        (
            "https://169\u{E3}\u{80}\u{82}254\u{E3}\u{80}\u{82}169\u{E3}\u{80}\u{82}254/token",
            "protocol-violation", "dots of another script"
        ),
        ("https://ci:word@auth.example/token", "protocol-violation", "a password in a URL"),
        ("file:///etc/passwd", "protocol-violation", "a file"),
    ]

    @Test("CVE-2026-48978: a token service where no password should go is not asked", arguments: realms)
    func realm(realm: String, code: String, why: String) async throws {
        let result = try await pull(#"[{"realm":"\#(realm)"}]"#)
        expect(result, 76, code)
        #expect(!result.hasCredentials(Internet.registry), "\(why): \(result)")
        for host in [Internet.tokens, Internet.inside, Internet.intranet, Internet.metadata] {
            #expect(result.isUntouched(host), "\(why): \(result)")
        }
    }

    @Test func `CVE-2026-48978: a token service on another public host gets the password, and -v names it`()
        async throws
    {
        let result = try await pull(#"[{"realm":"https://auth.example/token"}]"#)
        #expect(result.hasCredentials(Internet.tokens), "\(result)")
        #expect(result.stderr.contains("GET https://auth.example/token → 200"), "\(result)")
        #expect(!result.stderr.contains("hush"))
    }

    @Test func `CVE-2026-48978: a token service that redirects is not followed`() async throws {
        let away = #"[{"path":"/token","status":307,"headers":{"Location":"http://169.254.169.254/x"}}]"#
        let result = try await pull(
            #"[{"realm":"https://auth.example/token"}]"#,
            others: [Internet.tokens: away]
        )
        expect(result, 76, "protocol-violation", "token service")
        #expect(result.isUntouched(Internet.metadata))
    }

    @Test func `CVE-2019-10214: a token service proves who it is before it gets a password`() async throws {
        let internet = Internet([
            Internet.tokens: Internet.Host(address: "203.0.113.6", unknown_authority: true)
        ])
        let result = try await pull(#"[{"realm":"https://auth.example/token"}]"#, internet: internet)
        expect(result, 69, "tls-unknown-ca")
        #expect(result.requests[Internet.tokens]?.isEmpty == true)
    }

    // MARK: Uploads

    @Test func `CVE-2026-50151: an upload that leads to another host takes no credentials there`()
        async throws
    {
        let result = try await push(
            #"[{"method":"POST","path":"/blobs/uploads/","location":"https://stranger.example/upload?x=1"}]"#
        )
        // A token was needed to get as far as the Location.
        #expect(result.hasCredentials(Internet.registry), "\(result)")
        #expect(result.requests[Internet.stranger]?.contains { $0.method == "PUT" } == true, "\(result)")
        #expect(!result.hasCredentials(Internet.stranger), "\(result)")
        #expect(result.status != 0)
    }

    static let locations: [(location: String, why: String)] = [
        ("http://stranger.example/upload", "where all can read"),
        ("https://10.0.0.7/upload", "a private network"),
        ("https://[::ffff:169.254.169.254]/upload", "a cloud's secrets"),
        ("https://inside.example/upload", "a public name that stands for this machine"),
    ]

    @Test("CVE-2026-50151: an upload that leads into a private network is not made", arguments: locations)
    func location(location: String, why: String) async throws {
        let result = try await push(
            #"[{"method":"POST","path":"/blobs/uploads/","location":"\#(location)"}]"#
        )
        expect(result, 76, "address-refused")
        for host in [Internet.stranger, Internet.inside, Internet.intranet, Internet.metadata] {
            #expect(result.isUntouched(host), "\(why): \(result)")
        }
    }

    // MARK: Redirects

    private func redirect(_ target: String) -> String {
        #"[{"method":"GET","path":"/v2/.*/blobs/","status":307,"headers":{"Location":"\#(target)"}}]"#
    }

    static let elsewhere: [(target: String, host: String, why: String)] = [
        ("https://stranger.example/x", Internet.stranger, "another host"),
        ("https://registry.example:8443/x", Internet.registry, "another port of the same host"),
    ]

    @Test("GHSA-vh4v-2xq2-g5cg: a redirect to another origin carries no credentials", arguments: elsewhere)
    func redirects(target: String, host: String, why: String) async throws {
        let result = try await pull(redirect(target))
        let asked = result.requests[host, default: []].filter { $0.path == "/x" }
        #expect(!asked.isEmpty, "\(why): \(result)")
        for request in asked {
            #expect(
                !request.headers.contains { ["authorization", "cookie"].contains($0[0].lowercased()) },
                "\(why): \(result)"
            )
        }
        #expect(result.status != 0)
    }

    @Test func `GHSA-vh4v-2xq2-g5cg: a way back to the registry does not bring the credentials back`()
        async throws
    {
        let back =
            #"[{"path":"/x","status":307,"headers":{"Location":"https://registry.example/v2/back"}}]"#
        let result = try await pull(
            redirect("https://stranger.example/x"),
            others: [Internet.stranger: back]
        )
        let returned = result.requests[Internet.registry, default: []].filter { $0.path == "/v2/back" }
        #expect(!returned.isEmpty, "\(result)")
        #expect(!returned.contains { $0.headers.contains { $0[0].lowercased() == "authorization" } })
    }

    static let traps: [(target: String, why: String)] = [
        ("http://registry.example/x", "from https to http"),
        ("http://stranger.example/x", "and elsewhere"),
        ("https://127.0.0.1/x", "this machine"),
        ("http://169.254.169.254/latest/meta-data/", "a cloud's secrets"),
        ("https://169.254.169.254/latest/meta-data/", "over TLS too"),
        ("https://inside.example/x", "a public name that stands for this machine"),
    ]

    @Test("regclient#1095: a redirect to a local service is not followed", arguments: traps)
    func redirectSSRF(target: String, why: String) async throws {
        let result = try await pull(redirect(target))
        expect(result, 76, "address-refused")
        for host in [Internet.stranger, Internet.inside, Internet.metadata] {
            #expect(result.isUntouched(host), "\(why): \(result)")
        }
    }

    @Test func `a registry of a private network may name others of it, but nothing may name the metadata`()
        async throws
    {
        // The registry's name is as public as ever; its address tells.
        let internet = Internet([
            Internet.registry: Internet.Host(
                address: "10.0.0.5",
                auth: "bearer",
                user: ["ci:\(Internet.password)"]
            ),
            Internet.tokens: Internet.Host(
                address: "10.0.0.6",
                auth: "bearer",
                user: ["ci:\(Internet.password)"]
            ),
        ])
        let allowed = try await pull(#"[{"realm":"https://auth.example/token"}]"#, internet: internet)
        #expect(allowed.hasCredentials(Internet.tokens), "\(allowed)")
        let refused = try await pull(redirect("https://169.254.169.254/x"), internet: internet)
        expect(refused, 76, "address-refused")
        #expect(refused.isUntouched(Internet.metadata))
    }

    // MARK: The way to the registry

    @Test func `plain HTTP is no second choice: a public registry without TLS gets nothing`() async throws {
        let internet = Internet([
            Internet.stranger: Internet.Host(address: "198.51.100.66", auth: "basic", speaks: "http")
        ])
        let result = try await pull(
            "[]",
            reference: "\(Internet.stranger)/team/plugin:v1",
            internet: internet
        )
        expect(result, 76, "plain-http")
        #expect(result.requests[Internet.stranger]?.isEmpty == true, "\(result)")
    }

    // MARK: Content

    @Test func `CVE-2021-41190: a manifest that is an image and an index at once is refused`() async throws {
        let both = try await manifest().replacing(
            #""schemaVersion":2"#,
            with: #""manifests":[],"schemaVersion":2"#
        )
        #expect(both.contains("manifests"))
        expect(try await pull(try rule(manifest: both)), 65, "manifest-invalid", "CVE-2021-41190")
    }

    @Test func `CVE-2025-24882: another manifest than the pinned one is refused, whatever its tag`()
        async throws
    {
        let other = try await manifest().replacing(#""schemaVersion":2"#, with: #""schemaVersion": 2"#)
        let pinned = "\(reference)@sha256:\(String(repeating: "0", count: 64))"
        let result = try await pull(try rule(manifest: other), reference: pinned)
        expect(result, 65, "digest-mismatch")
        let asked = result.requests[Internet.registry, default: []].map(\.path)
        #expect(asked.contains { $0.hasSuffix("/manifests/sha256:" + String(repeating: "0", count: 64)) })
        #expect(!asked.contains { $0.hasSuffix("/manifests/v1") }, "the digest is stronger than the tag")
    }

    static let digests = [
        "sha256:../../../../etc/passwd", "", "sha256:", "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "md5:d41d8cd98f00b204e9800998ecf8427e", "SHA256:\(String(repeating: "a", count: 64))",
        "sha256:\(String(repeating: "A", count: 64))", "sha512:\(String(repeating: "a", count: 64))",
    ]

    @Test("CVE-2024-3727: a digest that is none becomes no path and no request", arguments: digests)
    func digestsThatAreNone(digest: String) async throws {
        let text = try await manifest().replacing(/sha256:[0-9a-f]{64}/) { _ in digest }
        let result = try await pull(try rule(manifest: text))
        expect(result, 65, "manifest-invalid")
        let asked = result.requests[Internet.registry, default: []].map(\.path)
        #expect(!asked.contains { $0.contains("/blobs/") }, "\(result)")
    }

    static let sizes = ["4611686018427387904", "9223372036854775808", "-1", "1e999", "1.5", "\"7\"", "null"]

    @Test("GHSA-f36w-mj3v-6jqv: a size that cannot be is refused, and takes no memory", arguments: sizes)
    func sizesThatCannotBe(size: String) async throws {
        let text = try await manifest().replacing(/"size":[0-9]+/) { _ in "\"size\":\(size)" }
        let result = try await pull(try rule(manifest: text))
        #expect(result.status == 65, "\(result)")
        #expect(!work.exists("out.wasm"))
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

    @Test("a JSON bomb is refused, and crashes nothing", arguments: bombs)
    func JSONBombs(what: String, manifest: String) async throws {
        let result = try await pull(try rule(manifest: manifest))
        #expect(result.status == 65, "\(what): \(result)")
        #expect(result.stderr.contains("error["), "\(what): \(result)")
        #expect(!work.exists("out.wasm"))
    }

    // MARK: Words

    @Test func `CVE-2021-25743: no word of a registry steers the terminal`() async throws {
        // Clears the screen, fills the clipboard, turns the direction of writing; C1's CSI, a line of its own.
        let words = #"no \u001b[2J\u001b]52;c;aGk=\u0007 \u202e \u009b31m\r\nerror[none]: all is well"#
        let rules =
            #"[{"method":"GET","path":"/manifests/","status":403,"#
            + #""body":{"errors":[{"code":"\u001b[31m","message":"\#(words)"}]}}]"#
        let result = try await pull(rules)
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

    @Test func `a token that would break the header it goes into is refused`() async throws {
        let token = #"[{"path":"/token","status":200,"body":{"token":"a\r\nX-Injected: 1"}}]"#
        let result = try await pull(token)
        #expect(result.status != 0, "\(result)")
        let names = result.requests[Internet.registry, default: []].flatMap { $0.headers.map { $0[0] } }
        #expect(!names.contains("X-Injected"))
    }

    @Test func `CVE-2021-45449: a password in a reference is refused before anything is asked`() async throws
    {
        let result = try await pull("[]", reference: "ci:hush-in-reference@\(reference)")
        expect(result, 64, "reference-invalid", "no user name or password")
        #expect(result.isUntouched(Internet.registry))
    }
}
