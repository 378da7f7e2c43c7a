import Foundation
import TestSupport
import Testing

/// Vulnerabilities of other registry clients: what the program sends to other hosts that a public registry names.
///
/// Tests/promises.md describes each advisory. The logs of the other hosts show that they received no credentials.
@Suite(.long, .timed, .timeLimit(.minutes(10)), .enabled(if: Internet.isPossible, Internet.whySkipped))
struct AdvisoryLongTests {
    private let registry: TurnedRegistry

    init() throws { registry = try TurnedRegistry() }

    // MARK: URLs of content

    @Test func `CVE-2020-15157: never requests the URLs of a foreign layer`()
        async throws
    {
        let place = "https://\(Internet.stranger)/layer"
        let foreign = try await registry.manifest().replacing(
            #""mediaType":"application/vnd.oci.image.layer.v1.tar+gzip""#,
            with: #""mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","urls":["\#(place)"]"#
        )
        #expect(foreign.contains("urls"))
        let result = try await registry.pull(try registry.rule(manifest: foreign))
        registry.expect(result, 65, "manifest-unsupported", "is foreign")
        let asked = result.requests[Internet.registry, default: []].map(\.path)
        #expect(!asked.contains { $0.contains("/blobs/") }, "nothing of the image is fetched")
        #expect(result.isUntouched(Internet.stranger))
    }

    // MARK: The token service

    static let realms: [(realm: String, code: String, why: String)] = [
        ("http://auth.example/token", "address-rejected", "a password in the clear"),
        ("http://registry.example/token", "address-rejected", "also at the registry itself"),
        ("https://169.254.169.254/token", "address-rejected", "where a cloud keeps its secrets"),
        ("https://10.0.0.7/token", "address-rejected", "a private network"),
        ("https://127.0.0.1/token", "address-rejected", "this machine"),
        ("https://2130706433/token", "address-rejected", "this machine in disguise"),
        ("https://localhost/token", "address-rejected", "this machine by name"),
        ("https://metadata.google.internal/token", "address-rejected", "a cloud's secrets by name"),
        ("https://inside.example/token", "address-rejected", "a public name with a loopback address"),
        ("https://intranet.example/token", "address-rejected", "and one for a private network"),
        // UTF-8, a byte at a time: the peer writes its headers as Latin-1.
        (
            "https://169\u{E3}\u{80}\u{82}254\u{E3}\u{80}\u{82}169\u{E3}\u{80}\u{82}254/token",
            "protocol-violation", "dots of another script"
        ),
        ("https://ci:word@auth.example/token", "protocol-violation", "a password in a URL"),
        ("file:///etc/passwd", "protocol-violation", "a file"),
    ]

    @Test("CVE-2026-48978: does not contact an unsafe token service", arguments: realms)
    func realm(realm: String, code: String, why: String) async throws {
        let result = try await registry.pull(#"[{"realm":"\#(realm)"}]"#)
        registry.expect(result, 76, code)
        #expect(!result.hasCredentials(Internet.registry), "\(why): \(result)")
        for host in [Internet.tokens, Internet.inside, Internet.intranet, Internet.metadata] {
            #expect(result.isUntouched(host), "\(why): \(result)")
        }
    }

    @Test
    func `CVE-2026-48978: sends the password to a token service on another public host, and -v names it`()
        async throws
    {
        let result = try await registry.pull(#"[{"realm":"https://auth.example/token"}]"#)
        #expect(result.hasCredentials(Internet.tokens), "\(result)")
        #expect(result.stderr.contains("GET https://auth.example/token → 200"), "\(result)")
        #expect(!result.stderr.contains("hush"))
    }

    @Test func `CVE-2026-48978: does not follow a redirect of a token service`() async throws {
        let away = #"[{"path":"/token","status":307,"headers":{"Location":"http://169.254.169.254/x"}}]"#
        let result = try await registry.pull(
            #"[{"realm":"https://auth.example/token"}]"#,
            others: [Internet.tokens: away]
        )
        registry.expect(result, 76, "protocol-violation", "token service")
        #expect(result.isUntouched(Internet.metadata))
    }

    static let unreachable: [(rules: String, isPush: Bool, what: String, why: String)] = [
        (
            #"[{"realm":"https://unknown.example/token"}]"#, false,
            "the token service that registry.example names, https://unknown.example/token, cannot be reached",
            "cannot resolve host \"unknown.example\""
        ),
        (
            #"[{"realm":"https://auth.example:9/token"}]"#, false,
            "the token service that registry.example names, https://auth.example:9/token, cannot be reached",
            "connection refused by auth.example:9"
        ),
        (
            #"[{"path":"/blobs/","status":307,"headers":{"Location":"https://unknown.example/x?s=hush"}}]"#,
            false,
            "the redirect target that registry.example names, https://unknown.example/x",
            "cannot resolve host \"unknown.example\""
        ),
        (
            #"[{"method":"POST","path":"/blobs/uploads/","location":"https://stranger.example:9/u"}]"#, true,
            "the upload location that registry.example names, https://stranger.example:9/u",
            "connection refused by stranger.example:9"
        ),
    ]

    @Test("says that the registry named a host that cannot be reached", arguments: unreachable)
    func unreachableHost(rules: String, isPush: Bool, what: String, why: String) async throws {
        let result = try await isPush ? registry.push(rules) : registry.pull(rules)
        #expect(result.status == 69, "\(result)")
        #expect(result.stderr.contains(what), "\(result)")
        #expect(result.stderr.contains(why), "\(result)")
        #expect(!result.stderr.contains("spelling"))
    }

    @Test func `a public registry whose only address is mapped to IPv6 stays public`() async throws {
        let mapped = Internet.Host(
            address: "203.0.113.5",
            auth: "bearer",
            user: ["ci:\(Internet.password)"],
            resolves_to: "::ffff:203.0.113.5"
        )
        for realm in ["https://10.0.0.7/token", "https://intranet.example/token", "https://127.0.0.1/token"] {
            let result = try await registry.pull(
                #"[{"realm":"\#(realm)"}]"#,
                internet: Internet([Internet.registry: mapped])
            )
            registry.expect(result, 76, "address-rejected")
            #expect(result.isUntouched(Internet.intranet) && result.isUntouched(Internet.inside))
        }
    }

    @Test func `a registry whose name resolves to a metadata service is not contacted`() async throws {
        let run = try await registry.pull(
            "[]",
            reference: "turned.example/team/plugin:v1",
            internet: Internet(["turned.example": Internet.Host(address: "100.100.100.200")])
        )
        registry.expect(run, 76, "address-rejected", "the address of turned.example is not allowed")
        #expect(run.isUntouched("turned.example"))
    }

    @Test func `CVE-2019-10214: verifies a token service's certificate before sending a password`()
        async throws
    {
        let internet = Internet([
            Internet.tokens: Internet.Host(address: "203.0.113.6", unknown_authority: true)
        ])
        let result = try await registry.pull(#"[{"realm":"https://auth.example/token"}]"#, internet: internet)
        registry.expect(result, 69, "tls-unknown-ca")
        #expect(result.requests[Internet.tokens]?.isEmpty == true)
    }

    // MARK: Uploads

    @Test func `CVE-2026-50151: sends no credentials with an upload to another host`()
        async throws
    {
        let result = try await registry.push(
            #"[{"method":"POST","path":"/blobs/uploads/","location":"https://stranger.example/upload?x=1"}]"#
        )
        // The request for the Location needed a token.
        #expect(result.hasCredentials(Internet.registry), "\(result)")
        #expect(result.requests[Internet.stranger]?.contains { $0.method == "PUT" } == true, "\(result)")
        #expect(!result.hasCredentials(Internet.stranger), "\(result)")
        #expect(result.status != 0)
    }

    static let locations: [(location: String, why: String)] = [
        ("http://stranger.example/upload", "where all can read"),
        ("https://10.0.0.7/upload", "a private network"),
        ("https://[::ffff:169.254.169.254]/upload", "a cloud's secrets"),
        ("https://inside.example/upload", "a public name with a loopback address"),
    ]

    @Test("CVE-2026-50151: does not upload to a private network", arguments: locations)
    func location(location: String, why: String) async throws {
        let result = try await registry.push(
            #"[{"method":"POST","path":"/blobs/uploads/","location":"\#(location)"}]"#
        )
        registry.expect(result, 76, "address-rejected")
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

    @Test(
        "GHSA-vh4v-2xq2-g5cg: sends no credentials after a redirect to another origin",
        arguments: elsewhere
    )
    func redirects(target: String, host: String, why: String) async throws {
        let result = try await registry.pull(redirect(target))
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

    @Test func `GHSA-vh4v-2xq2-g5cg: sends no credentials after a redirect back to the registry`()
        async throws
    {
        let back =
            #"[{"path":"/x","status":307,"headers":{"Location":"https://registry.example/v2/back"}}]"#
        let result = try await registry.pull(
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
        ("https://inside.example/x", "a public name with a loopback address"),
    ]

    @Test("regclient#1095: does not follow a redirect to a local service", arguments: traps)
    func redirectSSRF(target: String, why: String) async throws {
        let result = try await registry.pull(redirect(target))
        registry.expect(result, 76, "address-rejected")
        for host in [Internet.stranger, Internet.inside, Internet.metadata] {
            #expect(result.isUntouched(host), "\(why): \(result)")
        }
    }

    @Test func `a private registry may name private hosts, but never the metadata service`()
        async throws
    {
        // The registry's name is still public; its address is private.
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
        let allowed = try await registry.pull(
            #"[{"realm":"https://auth.example/token"}]"#,
            internet: internet
        )
        #expect(allowed.hasCredentials(Internet.tokens), "\(allowed)")
        let rejected = try await registry.pull(redirect("https://169.254.169.254/x"), internet: internet)
        registry.expect(rejected, 76, "address-rejected")
        #expect(rejected.isUntouched(Internet.metadata))
    }

    // MARK: Connections to the registry

    @Test func `does not fall back to plain HTTP for a public registry`() async throws {
        let internet = Internet([
            Internet.stranger: Internet.Host(address: "198.51.100.66", auth: "basic", speaks: "http")
        ])
        let result = try await registry.pull(
            "[]",
            reference: "\(Internet.stranger)/team/plugin:v1",
            internet: internet
        )
        registry.expect(result, 76, "plain-http")
        #expect(result.requests[Internet.stranger]?.isEmpty == true, "\(result)")
    }
}
