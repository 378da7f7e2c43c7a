import Diagnostics
import OCI
import TestSupport
import Testing

@Suite struct ReferenceTests {
    static let read: [(text: String, registry: String, repository: String, why: String)] = [
        ("foo/bar", "docker.io", "foo/bar", "two parts without a host are Docker Hub's"),
        ("foo.io/bar", "foo.io", "bar", "a dot makes a host"),
        ("foo:5000/bar", "foo:5000", "bar", "a port makes a host"),
        ("localhost/bar", "localhost", "bar", "the one word that is a host"),
        ("Foo/bar", "foo", "bar", "an upper-case letter makes a host, and hosts have no case"),
        ("nginx", "docker.io", "library/nginx", "an official image"),
        ("localhost", "docker.io", "library/localhost", "no slash, no host"),
        ("docker.io/nginx", "docker.io", "library/nginx", "an official image, in full"),
        ("index.docker.io/nginx", "docker.io", "library/nginx", "Docker Hub's old name"),
        (
            "registry-1.docker.io/acme/auth", "docker.io", "acme/auth",
            "the host name of Docker Hub's registry"
        ),
        ("DOCKER.IO/acme/auth", "docker.io", "acme/auth", "hosts have no case"),
        ("docker.io:443/nginx", "docker.io:443", "nginx", "with a port it is a host like any other"),
        ("example.com/nginx", "example.com", "nginx", "library is Docker Hub's alone"),
        ("oci://example.com/acme/auth", "example.com", "acme/auth", "as Istio writes it"),
        ("OCI://example.com/acme/auth", "example.com", "acme/auth", "schemes have no case"),
        ("docker://example.com/acme/auth", "example.com", "acme/auth", "as skopeo writes it"),
        ("[::1]:5000/x", "[::1]:5000", "x", "IPv6 with a port"),
        ("[2001:DB8::1]/x/y", "[2001:db8::1]", "x/y", "IPv6 without a port"),
        ("127.0.0.1:5000/x", "127.0.0.1:5000", "x", "IPv4"),
        ("a.b/c/d/e/f", "a.b", "c/d/e/f", "many parts"),
        ("a.b/x--y.z__w_v/1", "a.b", "x--y.z__w_v/1", "every separator"),
        ("example.com/" + hexadecimal64, "example.com", hexadecimal64, "with a host it cannot be a digest"),
        ("example.com/" + letters(255), "example.com", letters(255), "the longest name"),
        (letters(247), "docker.io", "library/" + letters(247), "the longest name with library before it"),
    ]

    @Test("reads references by Docker's grammar", arguments: read)
    func reading(text: String, registry: String, repository: String, why: String) throws {
        let reference = try Reference(parsing: text)
        #expect(reference.registry.description == registry, "\(why)")
        #expect(reference.repository.description == repository, "\(why)")
        #expect(!reference.registryIsAssumed)
        #expect(reference.tag == nil)
        #expect(reference.digest == nil)
    }

    @Test func `assumes that the first of three parts is the host`() throws {
        let reference = try Reference(parsing: "registry/test-oci/header-authorization:v0.0.1")
        #expect(reference.registry.description == "registry")
        #expect(reference.repository.description == "test-oci/header-authorization")
        #expect(reference.tag?.description == "v0.0.1")
        #expect(reference.registryIsAssumed)
        #expect(reference.description == "registry/test-oci/header-authorization:v0.0.1")
        let pinned = reference.pinned(to: Digest(of: []))
        #expect(pinned.registryIsAssumed)
        #expect(pinned.description == "registry/test-oci/header-authorization@\(Digest(of: []))")
    }

    @Test func `reads a digest with and without a tag`() throws {
        let both = try Reference(parsing: "example.com:5000/acme/auth:v1@sha256:\(hexadecimal64)")
        #expect(both.tag?.description == "v1")
        #expect(both.digest?.encoded == hexadecimal64)
        #expect(both.registry.port == 5000)
        let pinned = try Reference(parsing: "nginx@sha256:\(hexadecimal64)")
        #expect(pinned.tag == nil)
        #expect(pinned.description == "docker.io/library/nginx@sha256:\(hexadecimal64)")
        let long = try Reference(parsing: "a.b/c@sha512:\(hexadecimal64)\(hexadecimal64)")
        #expect(long.digest?.algorithm == .sha512)
    }

    @Test func `pinning removes the tag, and tagging removes the digest`() throws {
        let reference = try Reference(parsing: "a.b/c:v1@sha256:\(hexadecimal64)")
        #expect(reference.pinned(to: Digest(of: [])).description == "a.b/c@\(Digest(of: []))")
        #expect(reference.tagged(.latest).description == "a.b/c:latest")
    }

    @Test func `accepts a tag of 128 characters, also with a port`() throws {
        let reference = try Reference(parsing: "a.b:1/c:" + letters(128))
        #expect(reference.tag?.description == letters(128))
        #expect(rejection(of: "a.b:1/c:" + letters(129))?.code == .tagInvalid)
    }

    static let rejected: [(text: String, code: Failure.Code, phrase: String, why: String)] = [
        ("", .referenceInvalid, "is empty", "nothing"),
        ("oci://", .referenceInvalid, "at least one component", "nothing behind the scheme"),
        ("/", .referenceInvalid, "is not a repository name", "only a slash"),
        (":v1", .referenceInvalid, "at least one component", "only a tag"),
        ("@sha256:\(hexadecimal64)", .referenceInvalid, "at least one component", "only a digest"),
        ("a.b/", .referenceInvalid, "at least one component", "a host alone with a slash"),
        ("a.b/c/", .referenceInvalid, "is not a repository name", "a trailing slash"),
        ("foo/", .referenceInvalid, "is not a repository name", "a trailing slash without a host"),
        ("a.b//c", .referenceInvalid, "is not a repository name", "an empty part"),
        ("/a/b", .referenceInvalid, "is not a registry", "an empty host"),
        ("a.b/c:", .tagInvalid, "the tag is empty", "a colon and no tag"),
        ("a.b/c:v1:v2", .tagInvalid, "invalid tag format", "two tags"),
        ("a.b/c@v1", .digestInvalid, "invalid digest format", "a tag where a digest belongs"),
        ("a.b/c@", .digestInvalid, "invalid digest format", "no digest"),
        (
            "a.b/c@sha256:../../../etc/passwd", .digestInvalid, "invalid digest format",
            "a path (CVE-2024-3727)"
        ),
        ("a.b/c@SHA256:\(hexadecimal64)", .digestInvalid, "invalid digest format", "an upper-case algorithm"),
        ("a.b/c@sha256:\(hexadecimal64)0", .digestInvalid, "invalid digest format", "one character too many"),
        (
            "a.b/c@sha1:\(hexadecimal64.prefix(40))", .digestInvalid, "invalid digest format",
            "a weak algorithm"
        ),
        ("a.b/-c", .referenceInvalid, "is not a repository name", "a separator first"),
        ("a.b/c-", .referenceInvalid, "is not a repository name", "a separator last"),
        ("a.b/c..d", .referenceInvalid, "is not a repository name", "two dots"),
        ("a.b/../d", .referenceInvalid, "is not a repository name", "a path"),
        ("a.b/c?x=1", .referenceInvalid, "is not a repository name", "a query"),
        ("a.b/c%2fd", .referenceInvalid, "is not a repository name", "an escape of URLs"),
        ("a.b/" + letters(256), .referenceInvalid, "not be more than 255 characters", "one over the limit"),
        (letters(248), .referenceInvalid, "not be more than 255 characters", "over the limit with library/"),
        (
            hexadecimal64, .referenceInvalid, "cannot specify 64-byte hexadecimal strings",
            "reads like a digest"
        ),
        (
            hexadecimal64.uppercased(), .referenceInvalid, "64-byte hexadecimal",
            "reads like a digest to a person"
        ),
        (
            "oci://" + hexadecimal64, .referenceInvalid, "64-byte hexadecimal",
            "reads like a digest, with a scheme"
        ),
        ("::1/x", .referenceInvalid, "is not a registry", "IPv6 without brackets"),
        ("[::1/x", .referenceInvalid, "is not a registry", "a bracket that is never closed"),
        ("[fe80::1%25eth0]/x", .referenceInvalid, "is not a registry", "a zone"),
        ("[::ffff:127.0.0.1]/x", .referenceInvalid, "is not a registry", "dots in IPv6"),
        ("[:]/x", .referenceInvalid, "is not a registry", "no IPv6 address"),
        ("a.b:0/c", .referenceInvalid, "is not a registry", "port 0 is invalid"),
        ("a.b:65536/c", .referenceInvalid, "is not a registry", "no such port"),
        ("a.b:99999999999999999999/c", .referenceInvalid, "is not a registry", "a port that fits no integer"),
        ("a.b:/c", .referenceInvalid, "is not a registry", "a colon and no port"),
        ("a.b:+1/c", .referenceInvalid, "is not a registry", "a sign"),
        ("0x7f.1/x", .referenceInvalid, "is not a registry", "127.0.0.1 in disguise"),
        ("http://a.b/c", .referenceInvalid, "does not start with \"http://\"", "a URL"),
        ("https://a.b/c:v1", .referenceInvalid, "does not start with \"https://\"", "a URL"),
        ("ftp://a.b/c", .referenceInvalid, "unknown scheme \"ftp://\"", "no such scheme"),
        ("oci://oci://a.b/c", .referenceInvalid, "is not a registry", "two schemes"),
        ("a.b/c d", .referenceInvalid, "invalid reference format", "a space"),
        (" a.b/c", .referenceInvalid, "invalid reference format", "a space first"),
        ("a.b/c\n", .referenceInvalid, "invalid reference format", "a line end"),
        ("a.b/c\0", .referenceInvalid, "invalid reference format", "NUL"),
        ("a.b/c\u{7F}", .referenceInvalid, "invalid reference format", "DEL"),
        ("exämple.com/c", .referenceInvalid, "invalid reference format", "a host that is not ASCII"),
        ("a.b/\u{212A}", .referenceInvalid, "invalid reference format", "a sign that Swift lowercases to k"),
        ("a.b\u{FF0F}c", .referenceInvalid, "invalid reference format", "a slash of full width"),
    ]

    @Test("rejects invalid references", arguments: rejected)
    func rejections(text: String, code: Failure.Code, phrase: String, why: String) {
        let failure = rejection(of: text)
        #expect(failure?.code == code, "\(why)")
        #expect(failure?.message.contains(phrase) == true, "\(why): \(failure?.message ?? "")")
    }

    static let upperCase: [(text: String, meant: String)] = [
        ("ghcr.io/Acme/Auth:V1", "ghcr.io/acme/auth:V1"),
        ("Nginx", "nginx"),
        ("acme/Auth", "acme/auth"),
        ("acme/Auth@sha256:\(hexadecimal64)", "acme/auth@sha256:\(hexadecimal64)"),
        ("REG.io/REG", "REG.io/reg"),
        ("oci://a.b/C", "a.b/c"),
        ("Foo/Bar", "Foo/bar"),
    ]

    @Test("rejects upper case and suggests the lower-case reference", arguments: upperCase)
    func upperCaseIsRejected(text: String, meant: String) throws {
        let failure = rejection(of: text)
        #expect(failure?.code == .repositoryUppercase)
        #expect(failure?.message.contains("repository name must be lowercase") == true)
        #expect(failure?.hints == [meant])
        _ = try Reference(parsing: meant)
    }

    @Test(
        "rejects a user name and password without quoting them",
        arguments: [
            "user:hush@a.b/c", "oci://user:hush@a.b/c", "https://user:hush@a.b/c", "user:hush@a.b",
            "user:x@hush@a.b/c", "user:x@hush@a.b", "user:x/hush@a.b/c", "user:hush@a.b/c\n",
            "user:hush ö@a.b/c", "user:hush://x@a.b/c", "user:x@sha256:hush/@a.b/c",
            "hush@localhost:5000/c",
        ]
    )
    func userInfo(text: String) throws {
        let failure = try #require(rejection(of: text))
        let shown = failure.description + failure.hints.joined()
        #expect(!shown.contains("hush"), "\(shown)")
    }

    @Test func `names a user name before the host as the cause`() {
        let failure = rejection(of: "user:hush@a.b/c")
        #expect(failure?.code == .referenceInvalid)
        #expect(failure?.message.contains("cannot contain a user name or password") == true)
    }

    @Test func `rejects http and suggests the option`() {
        #expect(rejection(of: "http://a.b/c:v1")?.hints == ["a.b/c:v1 --plain-http"])
        #expect(rejection(of: "http://a.b/c@sha256:\(hexadecimal64)")?.why?.contains("--plain-http") == true)
        #expect(rejection(of: "https://a.b/c:v1")?.hints == ["a.b/c:v1"])
    }

    @Test func `reports the position of an invalid character`() {
        #expect(rejection(of: "a.b/c d")?.why?.contains("a space at character 6") == true)
        #expect(rejection(of: "a.b/c\u{1B}[2J")?.why?.contains("a control character at character 6") == true)
        #expect(rejection(of: "a.b/ü")?.why?.contains("\"ü\" at character 5") == true)
    }

    @Test func `prints a host so that it is read as a host again`() throws {
        let reference = try Reference(parsing: "Foo/bar:v1")
        #expect(reference.description == "FOO/bar:v1")
        #expect(try Reference(parsing: reference.description) == reference)
        let made = Reference(
            registry: try RegistryName(parsing: "registry"),
            repository: try RepositoryName(parsing: "a")
        )
        #expect(try Reference(parsing: made.description) == made)
    }

    @Test func `adds library to official images, parsed or constructed`() throws {
        let made = Reference(
            registry: .dockerHub,
            repository: try RepositoryName(parsing: "nginx"),
            tag: .latest
        )
        #expect(try made == Reference(parsing: "nginx:latest"))
        #expect(made.repositoryDescription == "docker.io/library/nginx")
    }

    @Test func `reads a printed reference as the same reference`() throws {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<5_000 {
            let text = Self.randomReference(&random)
            let reference = try Reference(parsing: text)
            #expect(try Reference(parsing: reference.description) == reference, "\(text)")
            #expect(try Reference(parsing: "oci://" + reference.description) == reference, "\(text)")
        }
    }

    @Test func `no bytes crash the reader, and accepted references are stable`() throws {
        var random = SeededGenerator(seed: 2)
        let likely = Array("aZ09.:/@_-[]% \u{1B}é\u{301}://sha256:".utf8)
        var taken = 0
        for round in 0..<20_000 {
            let length = Int.random(in: 0...24, using: &random)
            let bytes = (0..<length).map { _ in
                round.isMultiple(of: 2)
                    ? UInt8.random(in: 0...255, using: &random) : likely[random.next(below: likely.count)]
            }
            guard let reference = try? Reference(parsing: String(decoding: bytes, as: UTF8.self)) else {
                continue
            }
            taken += 1
            #expect(try Reference(parsing: reference.description) == reference, "\(bytes)")
        }
        #expect(taken > 100, "the bytes are too random for this test")
    }

    private static func randomReference(_ random: inout SeededGenerator) -> String {
        func pick(_ choices: [String]) -> String { choices[random.next(below: choices.count)] }
        let host = pick([
            "", "acme/", "localhost/", "localhost:5000/", "ghcr.io/", "GHCR.io/", "Foo/", "docker.io/",
            "index.docker.io/", "[::1]/",
            "[2001:db8::A]:443/", "127.0.0.1:80/", "registry/team/", "registry:65535/",
            "xn--bcher-kva.example/",
        ])
        var name = pick(["a", "nginx", "0", letters(200), hexadecimal64 + "x"])
        for _ in 0..<random.next(below: 5) {
            name +=
                pick([host.isEmpty ? "-" : "/", ".", "_", "__", "-", "---"])
                + pick(["b", "7", "library", "x1"])
        }
        let tag = pick(["", "", ":v1", ":_", ":V1.0-rc_2", ":" + letters(128)])
        let digest = pick(["", "", "@sha256:" + hexadecimal64, "@sha512:" + hexadecimal64 + hexadecimal64])
        return host + name + tag + digest
    }

    private func rejection(of text: String) -> Failure? {
        #expect(throws: Failure.self, "\(text)") { try Reference(parsing: text) }
    }

    @Test func `compares references without contacting a registry`() throws {
        func isSame(_ target: String, _ source: String) throws -> Bool {
            try Reference(parsing: target).isSameImage(as: Reference(parsing: source))
        }
        let digest = "sha256:" + String(repeating: "0", count: 64)
        #expect(try isSame("r.example/a/b:v1", "r.example/a/b:v1"))
        #expect(try !isSame("r.example/a/b:v2", "r.example/a/b:v1"))
        #expect(try !isSame("r.example/a/c:v1", "r.example/a/b:v1"))
        #expect(try isSame("r.example/a/b@\(digest)", "r.example/a/b@\(digest)"))
        #expect(try !isSame("r.example/a/b:v1@\(digest)", "r.example/a/b@\(digest)"))
        #expect(try !isSame("r.example/a/b@\(digest)", "r.example/a/b:v1"))
    }
}

private let hexadecimal64 = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"

private func letters(_ count: Int) -> String { String(repeating: "a", count: count) }
