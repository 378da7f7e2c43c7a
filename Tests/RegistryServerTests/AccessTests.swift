import Diagnostics
import OCI
import Storage
import TestSupport
import Testing

@testable import RegistryServer

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Who may use a registry, and deliberate faults.
@Suite(.timeLimit(.minutes(3))) struct AccessTests {
    private static let hash = "$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"

    private func basic(_ pair: String) -> [String: String] {
        ["Authorization": "Basic \(Data(pair.utf8).base64EncodedString())"]
    }

    private func registry(_ access: Access) async throws -> RegistryUnderTest {
        var options = RegistryServer.Options()
        options.access = access
        return try await RegistryUnderTest(options)
    }

    @Test func `an account is required, and only the right password is accepted`() async throws {
        let password = Secrets.password()
        let accounts = [
            (Accounts("ci", password: password), "ci:\(password)"),
            (
                try Accounts(htpasswd: "# users\nother:\(Self.hash)\nci:\(Self.hash)\n", from: "file"),
                "ci:U*U"
            ),
        ]
        for (account, right) in accounts {
            let registry = try await registry(.basic(account))
            let none = try await registry.send("GET", "/v2/")
            #expect(none.status == 401)
            #expect(none.errorCode == "UNAUTHORIZED")
            #expect(none.fields["www-authenticate"]?.hasPrefix("Basic realm=") == true)
            #expect(none.text.contains("a user name and a password are required"))
            let other = try await registry.send("GET", "/v2/", basic("ci:wrong"))
            #expect(other.text.contains("the user name or the password is wrong"), "\(other.text)")
            for wrong in ["ci:wrong", "ci:", "other2:\(password)", "", "ci:U*U\u{0}", "ci:U*"] {
                #expect(
                    try await registry.send("GET", "/v2/_catalog", basic(wrong)).status == 401,
                    "\(wrong)"
                )
            }
            for _ in 0..<2 {
                #expect(try await registry.send("GET", "/v2/_catalog", basic(right)).status == 200)
            }
        }
    }

    static let hosts: [(host: String, status: Int, why: String)] = [
        ("localhost", 200, "this machine"),
        ("registry.localhost:5000", 200, "this machine, too (RFC 6761)"),
        ("127.0.0.1:1", 200, "an address: no page of the web has it as its name"),
        ("[::1]:5000", 200, "IPv6"),
        ("192.0.2.1", 200, "another address, for example of a forwarded port"),
        ("attacker.example", 403, "a page whose name has got the registry's address"),
        ("attacker.example:5000", 403, "with a port"),
        ("localhost.attacker.example", 403, "a name that only begins so"),
        ("a\" b", 400, "not a host"),
        ("", 200, "HTTP/1.0 has none"),
    ]

    @Test("without an account and TLS, only this machine's names are accepted as Host", arguments: hosts)
    func host(host: String, status: Int, why: String) async throws {
        let registry = try await RegistryUnderTest()
        let connection = try RawHTTP(port: registry.port)
        let head = host.isEmpty ? "GET /v2/ HTTP/1.0\r\n" : "GET /v2/ HTTP/1.1\r\nHost: \(host)\r\n"
        await connection.send(head + "\r\n")
        #expect(await connection.response()?.status == status, "\(why)")
    }

    @Test func `with an account or TLS, any name is accepted as Host`() async throws {
        var encrypted = RegistryServer.Options()
        encrypted.isEncrypted = true
        var withAccount = RegistryServer.Options()
        withAccount.access = .basic(Accounts("ci", password: "x"))
        for (options, status) in [(encrypted, 200), (withAccount, 401)] {
            let registry = try await RegistryUnderTest(options)
            let connection = try RawHTTP(port: registry.port)
            await connection.send("GET /v2/ HTTP/1.1\r\nHost: registry.example\r\n\r\n")
            #expect(await connection.response()?.status == status)
        }
    }

    static let wrongFiles: [(text: String, why: String)] = [
        ("", "no account"),
        ("ci\n", "no hash"),
        (":\(hash)\n", "no name"),
        ("ci:$apr1$x$y\n", "MD5, htpasswd's default"),
        ("ci:secret\n", "a password"),
    ]

    @Test(
        "a file of accounts with another kind of line is an error without its content",
        arguments: wrongFiles
    )
    func wrongFile(text: String, why: String) {
        let failure = #expect(throws: Failure.self, "\(why)") { try Accounts(htpasswd: text, from: "users") }
        #expect(failure?.code == .configurationInvalid)
        #expect(failure?.description.contains("secret") == false)
    }

    @Test func `a token allows what it was requested for, and nothing else`() async throws {
        let registry = try await registry(
            .tokens(TokenIssuer(Accounts("ci", password: "U*U"), scheme: "http"))
        )
        let challenged = try await registry.send("POST", "/v2/team/plugin/blobs/uploads/")
        #expect(challenged.status == 401)
        #expect(
            challenged.fields["www-authenticate"]
                == "Bearer realm=\"http://localhost/token\",service=\"localhost\",scope=\"repository:team/plugin:pull,push\""
        )
        let target = "/token?service=localhost&scope=repository:team/plugin:pull"
        #expect(try await registry.send("GET", target).status == 401)
        #expect(try await registry.send("GET", target, basic("ci:wrong")).status == 401)
        let issued = try await registry.send("GET", target, basic("ci:U*U"))
        #expect(issued.status == 200)
        struct Token: Decodable { let token: String }
        let token = try JSONDecoder().decode(Token.self, from: Data(issued.body)).token
        let bearer = ["Authorization": "Bearer \(token)"]
        #expect(try await registry.send("GET", "/v2/", bearer).status == 200)
        #expect(
            try await registry.send("GET", "/v2/team/plugin/tags/list", bearer).errorCode == "NAME_UNKNOWN"
        )
        #expect(try await registry.send("GET", "/v2/team/other/tags/list", bearer).status == 401)
        let push = try await registry.send("POST", "/v2/team/plugin/blobs/uploads/", bearer)
        #expect(push.fields["www-authenticate"]?.hasSuffix("error=\"insufficient_scope\"") == true)
        #expect(try await registry.send("GET", "/v2/", ["Authorization": "Bearer x"]).status == 401)

        let blob = Digest(of: [1])
        let other = try #require(
            try await registry.store.repository(RepositoryName(parsing: "team/other"), creating: true)
        )
        try other.layout.insert([1], as: blob)
        let both = "/token?scope=repository:team/plugin:pull,push"
        for (scope, status) in [(both, 202), (both + "&scope=repository:team/other:pull", 201)] {
            let issued = try await registry.send("GET", scope, basic("ci:U*U"))
            let token = try JSONDecoder().decode(Token.self, from: Data(issued.body)).token
            let mounted = try await registry.send(
                "POST",
                "/v2/team/plugin/blobs/uploads/?mount=\(blob)&from=team/other",
                ["Authorization": "Bearer \(token)"]
            )
            #expect(mounted.status == status, "a mount needs the right to read the other repository")
        }

        let form = "grant_type=password&service=s&username=ci&password=U%2AU&scope=repository%3Aa%3Apush"
        let posted = try await registry.send("POST", "/token", body: Array(form.utf8))
        #expect(posted.status == 200)
        #expect(try await registry.send("POST", "/token", body: Array("grant_type=x".utf8)).status == 400)
    }

    @Test func `a signature is that of RFC 4231, and a changed or foreign token is not valid`() {
        // Test case 2.
        let known = TokenSignature(key: Array("Jefe".utf8))
        #expect(
            known.signature(of: Array("what do ya want for nothing?".utf8)).hexadecimal()
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        )
        let own = TokenSignature()
        let token = own.signed("300 repository:team/plugin:pull")
        #expect(own.text(of: token) == "300 repository:team/plugin:pull")
        #expect(TokenSignature().text(of: token) == nil)
        #expect(own.text(of: own.signed("") + "0") == nil)
        let other = String(own.signed("300 repository:team/plugin:push").prefix { $0 != "." })
        let end = String(token.drop { $0 != "." })
        for wrong in [String(token.dropLast()), "", ".", other + end, token + ".x"] {
            #expect(own.text(of: wrong) == nil, "\(wrong)")
        }
    }

    @Test func `a token with more scopes than fit into a header field is rejected`() async throws {
        let registry = try await registry(.tokens(TokenIssuer(nil, scheme: "http")))
        let scopes = (0..<200).map { "scope=repository:team/plugin\($0):pull" }.joined(separator: "&")
        #expect(try await registry.send("GET", "/token?\(scopes)").status == 400)
    }

    static let faults: [(rule: String, fault: (String, String, Int, Int?)?)] = [
        ("PUT /v2/*/manifests/* 503 2", ("PUT", "/v2/*/manifests/*", 503, 2)),
        ("* * 429", ("*", "*", 429, nil)),
        ("PUT /v2/ 200", nil),
        ("PUT /v2/ 503 0", nil),
        ("PUT /v2/ 503 -1", nil),
        ("PUT v2 503", nil),
        ("PUT /v2/", nil),
        ("", nil),
    ]

    @Test("reads the rule of a fault", arguments: faults)
    func reading(rule: String, fault: (String, String, Int, Int?)?) {
        let read = try? Fault(parsing: rule)
        #expect((read == nil) == (fault == nil))
        guard let read, let fault else { return }
        #expect((read.method, read.pattern, read.status) == (fault.0, fault.1, fault.2))
        #expect(read.count == fault.3)
    }

    @Test func `a fault replaces as many responses as it says, and no others`() async throws {
        var options = RegistryServer.Options()
        options.faults = [try Fault(parsing: "GET /v2/*/tags/* 503 2"), try Fault(parsing: "GET /v2/x 418")]
        let registry = try await RegistryUnderTest(options)
        try await registry.pushImage("v1")
        var statuses: [Int] = []
        for _ in 0..<3 { statuses.append(try await registry.send("GET", "/v2/team/plugin/tags/list").status) }
        #expect(statuses == [503, 503, 200])
        #expect(try await registry.send("GET", "/v2/team/plugin/manifests/v1").status == 200)
    }

    @Test func `a slow registry delivers everything, and logs one line a request`() async throws {
        var options = RegistryServer.Options()
        options.pace = Pace(rate: 10_000_000)
        options.delay = .milliseconds(1)
        let registry = try await RegistryUnderTest(options)
        let text = String(repeating: "x", count: 100_000)
        let digest = try await registry.pushBlob(text)
        #expect(try await registry.send("GET", "/v2/team/plugin/blobs/\(digest)").text == text)
        let lines = registry.log.events.map { "\($0)" }
        #expect(lines.count == 2)
        #expect(lines.last?.contains("GET /v2/team/plugin/blobs/\(digest)  200  97.7 KiB") == true)
    }
}
