import HTTPTransport
import Testing

@Suite struct HTTPURLTests {
    static let taken: [(text: String, becomes: String, why: String)] = [
        ("https://registry.example/v2/", "https://registry.example/v2/", "the plain case"),
        ("https://registry.example", "https://registry.example/", "no path is the root"),
        (
            "HTTPS://Registry.Example/V2/", "https://registry.example/V2/",
            "only scheme and host lose their case"
        ),
        ("https://registry.example:443/", "https://registry.example/", "the scheme's own port"),
        ("http://registry.example:80/", "http://registry.example/", "the scheme's own port"),
        ("http://registry.example:443/", "http://registry.example:443/", "the other scheme's port"),
        ("http://registry.example:05000/", "http://registry.example:5000/", "leading zeros"),
        ("http://registry.example:/", "http://registry.example/", "an empty port (RFC 3986 §3.2.3)"),
        ("http://h:1/", "http://h:1/", "the first port"),
        ("http://h:65535/", "http://h:65535/", "the last port"),
        ("http://[::1]:5000/v2/", "http://[::1]:5000/v2/", "IPv6"),
        ("http://[0:0::0:1]/", "http://[::1]/", "IPv6 in another spelling"),
        ("http://0x7f.1/", "http://127.0.0.1/", "what the resolver would make of it"),
        ("http://2130706433/", "http://127.0.0.1/", "what the resolver would make of it"),
        ("http://%6cocalhost/", "http://localhost/", "an encoded host"),
        ("https://xn--mnchen-3ya.example/", "https://xn--mnchen-3ya.example/", "punycode"),
        ("https://h/a/%2F/../b/./c//d", "https://h/a/%2F/../b/./c//d", "the path is opaque"),
        ("https://h/a?x=%2f%2F+%20&y=a/b?c&&=", "https://h/a?x=%2f%2F+%20&y=a/b?c&&=", "the query is opaque"),
        ("https://h/?", "https://h/?", "an empty query is a query"),
        ("https://h?q=1", "https://h/?q=1", "a query without a path"),
        ("https://h/a?b#c", "https://h/a?b", "a fragment is never sent"),
        ("https://h/a#b?c", "https://h/a", "what looks like a query in a fragment"),
        ("https://h/user@name?a@b", "https://h/user@name?a@b", "an @ that is no user name"),
    ]

    @Test("parses URLs like libcurl", arguments: taken)
    func parsing(text: String, becomes: String, why: String) throws {
        let url = try HTTPURL(parsing: text)
        #expect(url.description == becomes, "\(why)")
        #expect(try HTTPURL(parsing: url.description) == url, "the printed URL is the same URL")
    }

    static let authorities: [(text: String, authority: String)] = [
        ("https://Registry.example/v2/", "registry.example"),
        ("https://registry.example:443/", "registry.example"),
        ("http://registry.example:443/", "registry.example:443"), ("http://[::1]:5000/", "[::1]:5000"),
        ("https://[2001:DB8::1]/", "[2001:db8::1]"),
    ]

    @Test("an authority has no default port, and brackets around an IPv6 address", arguments: authorities)
    func authority(text: String, authority: String) throws {
        let origin = try HTTPURL(parsing: text).origin
        #expect(origin.authority == authority)
        #expect(origin.description.hasSuffix("://\(authority)"))
    }

    static let rejected: [(text: String, why: String)] = [
        ("", "empty"),
        ("/v2/", "relative"),
        ("registry.example/v2/", "no scheme"),
        ("//registry.example/", "no scheme"),
        ("ftp://registry.example/", "another scheme"),
        ("file:///etc/passwd", "another scheme"),
        ("httpss://registry.example/", "another scheme"),
        ("http:registry.example", "no slashes"),
        ("http:/registry.example/", "one slash, which libcurl accepts"),
        ("http:///registry.example/", "three slashes, which libcurl accepts"),
        ("http://", "no host"),
        ("http:///x", "no host"),
        ("http://?x", "no host"),
        ("http://:80/", "no host"),
        ("http://user@h/", "a user name"),
        ("http://user:word@h/", "a password"),
        ("http://@h/", "an empty user name"),
        ("http://:@h/", "an empty password"),
        ("http://trusted.example\\@evil.example/", "two parsers, two hosts"),
        ("http://trusted.example\\/", "a backslash"),
        ("http://h:0/", "port 0"),
        ("http://h:65536/", "one over the last port"),
        ("http://h:18446744073709551697/", "a port that overflows"),
        ("http://h:+80/", "a sign"),
        ("http://h:80a/", "a letter"),
        ("http://h:80:80/", "two ports"),
        ("http://[::1/", "an open bracket"),
        ("http://[::1]x/", "text behind the bracket"),
        ("http://[fe80::1%25eth0]/", "an IPv6 zone"),
        ("http://[v1.x]/", "an address of the future"),
        ("http://h /", "a space in the host"),
        ("http://h/a b", "a space in the path"),
        (" http://h/", "a space in front"),
        ("http://h/\n", "a line end behind"),
        ("http://h/a\r\nHost: evil", "header injection"),
        ("http://h/\u{0}", "NUL"),
        ("http://h/\u{7F}", "DEL"),
        ("http://h%00.example/", "an encoded NUL in the host"),
        ("http://%2561.example/", "an encoded % in the host: decoded twice it is another one"),
        ("http://h~x/", "a mark no host name has"),
        ("http://h%20x/", "an encoded space in the host"),
        ("http://h%2Fx/", "an encoded slash in the host"),
        ("http://münchen.example/", "a host that is not ASCII"),
        ("http://169\u{3002}254\u{3002}169\u{3002}254/", "ideographic full stops"),
        ("http://169%E3%80%82254%E3%80%82169%E3%80%82254/", "encoded ideographic full stops"),
        ("http://\u{FF4C}ocalhost/", "a full-width letter"),
        ("http://h/ü", "a path that is not ASCII"),
    ]

    @Test(
        "rejects other schemes and ambiguous URLs",
        arguments: rejected
    )
    func rejection(text: String, why: String) {
        let error = #expect(throws: TransferError.self, "\(why)") { try HTTPURL(parsing: text) }
        #expect(error?.kind == .invalidURL)
    }

    @Test func `does not quote the URL in an error, because it may contain a secret`() {
        let error = #expect(throws: TransferError.self) {
            try HTTPURL(parsing: "http://user:hush@h/?signature=hush")
        }
        #expect(error?.detail.contains("hush") == false)
    }

    @Test func `keeps the parts of the text`() throws {
        let url = try HTTPURL(parsing: "http://[2001:DB8::1]:5000/v2/a?b=c")
        #expect(url.scheme == .http)
        #expect(url.host == "2001:db8::1")
        #expect(url.port == 5000)
        #expect(url.path == "/v2/a")
        #expect(url.query == "b=c")
        #expect(url.redacted == "http://[2001:db8::1]:5000/v2/a")
        #expect(url.origin.description == "http://[2001:db8::1]:5000")
    }

    @Test func `compares origins by scheme, host and port only`() throws {
        let origin = try HTTPURL(parsing: "https://h/a?b").origin
        #expect(try HTTPURL(parsing: "https://H:443/c").origin == origin)
        #expect(try HTTPURL(parsing: "http://h:443/a?b").origin != origin)
        #expect(try HTTPURL(parsing: "https://h:444/a?b").origin != origin)
        #expect(try HTTPURL(parsing: "https://h.example/a?b").origin != origin)
    }

    static let appended: [(text: String, item: String, becomes: String, why: String)] = [
        ("https://h/a", "digest=sha256:0", "https://h/a?digest=sha256:0", "the first item"),
        ("https://h/a?x=%2f", "y=1", "https://h/a?x=%2f&y=1", "the existing query is unchanged"),
        ("https://h/a?", "y=1", "https://h/a?y=1", "an empty query"),
        ("https://h/a", "x=a b#c\r\nü", "https://h/a?x=a%20b%23c%0D%0A%C3%BC", "bytes that no query holds"),
        ("https://h/a", "x=%20+&y", "https://h/a?x=%20+&y", "what the caller encoded"),
    ]

    @Test("appends an item to the query", arguments: appended)
    func appending(text: String, item: String, becomes: String, why: String) throws {
        let url = try HTTPURL(parsing: text).appendingQuery(item)
        #expect(url.description == becomes, "\(why)")
        #expect(try HTTPURL(parsing: url.description) == url)
    }

    @Test func `changes a URL to https on the same host`() throws {
        let url = try HTTPURL(parsing: "http://h:5000/a?b").with(scheme: .https, port: 443)
        #expect(url.description == "https://h/a?b")
    }
}
