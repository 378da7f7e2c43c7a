import Diagnostics
import OCI
import Testing

@Suite struct RegistryNameTests {
    static let read: [(text: String, host: String, port: Int?, printed: String, why: String)] = [
        ("registry.example.com", "registry.example.com", nil, "registry.example.com", "a name"),
        (
            "Registry.Example.COM:5000", "registry.example.com", 5000, "registry.example.com:5000",
            "hosts have no case"
        ),
        ("registry", "registry", nil, "registry", "a single part, as a service of CI"),
        ("a-b--c.d1", "a-b--c.d1", nil, "a-b--c.d1", "\"-\" inside of parts"),
        (
            "xn--bcher-kva.example", "xn--bcher-kva.example", nil, "xn--bcher-kva.example",
            "an international name"
        ),
        ("127.0.0.1:1", "127.0.0.1", 1, "127.0.0.1:1", "IPv4 and the smallest port"),
        ("255.255.255.255", "255.255.255.255", nil, "255.255.255.255", "IPv4 with the largest numbers"),
        ("1.2.3.4.example", "1.2.3.4.example", nil, "1.2.3.4.example", "a name that begins with numbers"),
        ("[::1]:65535", "::1", 65535, "[::1]:65535", "IPv6 and the largest port"),
        ("[FE80::A]", "fe80::a", nil, "[fe80::a]", "IPv6 in upper case"),
        ("[1:2:3:4:5:6:7:8]", "1:2:3:4:5:6:7:8", nil, "[1:2:3:4:5:6:7:8]", "IPv6 in full"),
        ("a:0080", "a", 80, "a:80", "a port with zeros before it"),
        ("index.docker.io", "docker.io", nil, "docker.io", "Docker Hub's old name"),
        (
            "index.docker.io:443", "index.docker.io", 443, "index.docker.io:443",
            "with a port it is what it says"
        ),
    ]

    @Test("reads a host and its port", arguments: read)
    func reading(text: String, host: String, port: Int?, printed: String, why: String) throws {
        let name = try RegistryName(parsing: text)
        #expect(name.host == host, "\(why)")
        #expect(name.port == port, "\(why)")
        #expect(name.description == printed, "\(why)")
        #expect(try RegistryName(parsing: name.description) == name)
    }

    static let rejected: [(text: String, phrase: String, why: String)] = [
        ("", "the host is empty", "nothing"),
        (":5000", "the host is empty", "only a port"),
        ("a..b", "a part of the host is empty", "an empty part"),
        ("a.b.", "a part of the host is empty", "a dot at the end"),
        ("-a.b", "cannot begin or end with", "\"-\" first"),
        ("a-.b", "cannot begin or end with", "\"-\" last"),
        ("a_b", "\"_\" is not allowed", "no host name"),
        ("a/b", "\"/\" is not allowed", "a path"),
        ("a\r\nb", "is not allowed", "a header injection"),
        ("a b", "\" \" is not allowed", "a space"),
        ("bücher.example", "\"ü\" is not allowed", "not ASCII"),
        ("１.example", "\"１\" is not allowed", "a digit of full width"),
        ("::1", "need brackets", "IPv6 without brackets"),
        ("2001:db8::1", "need brackets", "IPv6 without brackets"),
        ("[::1", "is not closed", "half a pair of brackets"),
        ("[]", "is not an IPv6 address", "nothing in brackets"),
        ("[a.b]", "is not an IPv6 address", "a name in brackets"),
        ("[127.0.0.1]", "is not an IPv6 address", "IPv4 in brackets"),
        ("[::127.0.0.1]", "is not an IPv6 address", "dots are not in the grammar"),
        ("[fe80::1%eth0]", "is not an IPv6 address", "a zone"),
        ("[1:2:3:4:5:6:7]", "is not an IPv6 address", "seven groups"),
        ("[1:2:3:4:5:6:7:8:9]", "is not an IPv6 address", "nine groups"),
        ("[1::2::3]", "is not an IPv6 address", "shortened twice"),
        ("[:::]", "is not an IPv6 address", "three colons"),
        ("[12345::]", "is not an IPv6 address", "a group of five"),
        ("[::+1]", "is not an IPv6 address", "a sign"),
        ("[::1]5000", "is not \":\" and a port", "no colon"),
        ("a:", "is not \":\" and a port", "a colon alone"),
        ("a:b", "is not \":\" and a port", "a name for a port"),
        ("a:0", "is not \":\" and a port", "below the smallest"),
        ("a:65536", "is not \":\" and a port", "above the largest"),
        ("a:-1", "is not \":\" and a port", "a sign"),
        ("a:５", "is not \":\" and a port", "a digit of full width"),
        ("0x7f.1", "four decimal numbers", "resolvers read it as 127.0.0.1"),
        ("2130706433", "four decimal numbers", "resolvers read it as 127.0.0.1"),
        ("127.1", "four decimal numbers", "resolvers read it as 127.0.0.1"),
        ("0177.0.0.1:5000", "four decimal numbers", "resolvers read it as 127.0.0.1"),
        ("127.0.0.0x1", "four decimal numbers", "resolvers read it as 127.0.0.1"),
        ("0xff", "four decimal numbers", "resolvers read it as 0.0.0.255"),
        ("010.0.0.1", "four decimal numbers", "8.0.0.1 or 10.0.0.1, as the reader likes"),
        ("256.0.0.1", "four decimal numbers", "an address that cannot be"),
        ("1.2.3.4.5", "four decimal numbers", "an address that cannot be"),
    ]

    @Test("rejects everything except a host with an optional port", arguments: rejected)
    func rejection(text: String, phrase: String, why: String) {
        let failure = #expect(throws: Failure.self, "\(why)") { try RegistryName(parsing: text) }
        #expect(failure?.code == .referenceInvalid)
        #expect(failure?.why?.contains(phrase) == true, "\(why): \(failure?.why ?? "")")
    }

    @Test func `rejects a password before the host without quoting it`() {
        let failure = #expect(throws: Failure.self) { try RegistryName(parsing: "user:hush@a.b:5000") }
        #expect(failure?.message.contains("cannot contain a user name or password") == true)
        #expect(failure?.description.contains("hush") == false)
    }

    @Test func `truncates a long text in messages`() {
        let long = String(repeating: "a", count: 100_000)
        for text in ["[" + long + "]", "a:" + long, "[::1]" + long, long + "_"] {
            let failure = #expect(throws: Failure.self) { try RegistryName(parsing: text) }
            #expect((failure?.description.utf8.count ?? 0) < 1024)
        }
    }

    @Test func `recognizes Docker Hub by its names`() throws {
        #expect(try RegistryName(parsing: "docker.io").isDockerHub)
        #expect(try RegistryName(parsing: "Index.Docker.io").isDockerHub)
        #expect(try !RegistryName(parsing: "docker.io:443").isDockerHub)
        #expect(try !RegistryName(parsing: "docker.io.evil.example").isDockerHub)
    }

    @Test func `recognizes loopback names without resolving them`() throws {
        #expect(try RegistryName(parsing: "LOCALHOST:5000").isLoopback)
        #expect(try RegistryName(parsing: "[0:0:0:0:0:0:0:1]").isLoopback)
        #expect(try !RegistryName(parsing: "localhost.evil.com").isLoopback)
        #expect(try !RegistryName(parsing: "registry").isLoopback)
    }
}
