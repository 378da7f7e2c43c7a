import Testing

@testable import HTTPTransport

@Suite struct ProxiesTests {
    private static let https = Origin(scheme: .https, host: "example.com", port: 443)
    private static let http = Origin(scheme: .http, host: "example.com", port: 80)

    static let rows: [(environment: [String: String], https: String?, http: String?, why: String)] = [
        ([:], nil, nil, "no proxy"),
        (["https_proxy": "a"], "https_proxy", nil, "by scheme"),
        (["http_proxy": "a"], nil, "http_proxy", "by scheme"),
        (["HTTPS_PROXY": "a"], "HTTPS_PROXY", nil, "upper case"),
        (["HTTPS_PROXY": "a", "https_proxy": "b"], "https_proxy", nil, "lower case first"),
        (["HTTPS_PROXY": "a", "https_proxy": ""], "HTTPS_PROXY", nil, "empty is not set"),
        (["HTTP_PROXY": "a"], nil, "HTTP_PROXY", "upper case, as in Go"),
        (["HTTP_PROXY": "a", "http_proxy": "b"], nil, "http_proxy", "lower case first"),
        (
            ["HTTP_PROXY": "a", "REQUEST_METHOD": "GET"], nil, nil,
            "in a CGI program that is a visitor's header"
        ),
        (["http_proxy": "a", "REQUEST_METHOD": "GET"], nil, "http_proxy", "and this is not"),
        (["ALL_PROXY": "a"], "ALL_PROXY", "ALL_PROXY", "for both"),
        (["all_proxy": "a", "ALL_PROXY": "b"], "all_proxy", "all_proxy", "lower case first"),
        (["all_proxy": "a", "HTTPS_PROXY": "b"], "HTTPS_PROXY", "all_proxy", "the scheme's own first"),
        (["https_proxy": "a", "NO_PROXY": "example.com"], nil, nil, "an exception"),
        (["https_proxy": "a", "no_proxy": "a.org", "NO_PROXY": "*"], "https_proxy", nil, "lower case first"),
        (["https_proxy": "a", "no_proxy": "", "NO_PROXY": "*"], nil, nil, "empty is not set"),
    ]

    @Test("reads the variables in curl's order", arguments: rows)
    func row(environment: [String: String], https: String?, http: String?, why: String) {
        let proxies = Proxies { environment[$0] }
        #expect(proxies.proxy(for: Self.https)?.variable == https, "\(why)")
        #expect(proxies.proxy(for: Self.http)?.variable == http, "\(why)")
    }

    static let thisMachine = [
        "localhost", "registry.localhost", "localhost.", "127.0.0.1", "127.255.255.254", "::1",
        "::ffff:127.0.0.1",
    ]

    @Test("never uses a proxy for this machine", arguments: thisMachine)
    func direct(host: String) {
        let proxies = Proxies { ["all_proxy": "a", "no_proxy": "example.com"][$0] }
        #expect(proxies.proxy(for: Origin(scheme: .http, host: host, port: 5000)) == nil)
        #expect(proxies.proxy(for: Origin(scheme: .https, host: host, port: 443)) == nil)
    }

    @Test(
        "does not treat similar host names as this machine",
        arguments: ["localhost.example", "128.0.0.1", "::2"]
    )
    func indirect(host: String) {
        let proxies = Proxies { ["all_proxy": "a"][$0] }
        #expect(proxies.proxy(for: Origin(scheme: .http, host: host, port: 80)) != nil)
    }

    static let dialed: [(url: String, dialed: String)] = [
        ("socks5://me:hush-proxy@proxy.example:1080", "socks5h://me:hush-proxy@proxy.example:1080"),
        ("SOCKS4://proxy.example", "socks4a://proxy.example"),
        ("socks://proxy.example", "socks4a://proxy.example"),
        ("socks5h://proxy.example", "socks5h://proxy.example"),
        ("socks4a://proxy.example", "socks4a://proxy.example"),
        ("https://socks5:3128", "https://socks5:3128"),
        ("socks5:3128", "socks5:3128"),
    ]

    @Test("lets every SOCKS proxy resolve names", arguments: dialed)
    func socks(url: String, dialed: String) {
        #expect(Proxy(url, variable: "all_proxy").url == dialed)
    }

    static let names: [(url: String, name: String)] = [
        ("http://proxy.example:3128", "http://proxy.example:3128"),
        ("proxy.example:3128", "http://proxy.example:3128"),
        ("http://me:hush-proxy@proxy.example:3128/", "http://proxy.example:3128"),
        ("me:hush-proxy@proxy.example", "http://proxy.example"),
        ("http://me:hush@proxy@proxy.example:3128", "http://proxy.example:3128"),
        ("socks5h://me:hush-proxy@[::1]:1080", "socks5h://[::1]:1080"),
        ("http://[::1]", "http://[::1]"),
        ("http://me:hush-proxy", "with an invalid URL"),
        ("http://me:hush-proxy@", "http://"),
    ]

    @Test("names a proxy without its password", arguments: names)
    func name(url: String, name: String) {
        #expect(Proxy(url, variable: "https_proxy").name == name)
    }
}
