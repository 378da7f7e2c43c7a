import Testing

@testable import HTTPTransport

@Suite struct ProxyExceptionsTests {
    static let rows: [(list: String, host: String, port: Int, isDirect: Bool, why: String)] = [
        ("", "example.com", 443, false, "nothing is excepted"),
        ("*", "example.com", 443, true, "everything"),
        ("other.org,*", "example.com", 443, true, "everything, in a list"),
        ("example.com", "example.com", 443, true, "the host itself"),
        ("EXAMPLE.com", "example.com", 443, true, "in any case"),
        ("example.com", "registry.example.com", 443, true, "a host below it"),
        ("example.com", "notexample.com", 443, false, "a suffix, but no part of the name"),
        ("example.com", "example.com.evil.org", 443, false, "a prefix"),
        (".example.com", "registry.example.com", 443, true, "a leading dot"),
        (".example.com", "example.com", 443, true, "a leading dot, and the host itself, as with curl"),
        ("*.example.com", "registry.example.com", 443, true, "a star and a dot"),
        ("example.com.", "example.com", 443, true, "the DNS root's dot"),
        ("example.com", "example.com.", 443, true, "the same in the URL"),
        ("a.org example.com", "example.com", 443, true, "blanks instead of commas"),
        ("a.org, example.com", "example.com", 443, true, "a comma and a blank"),
        ("example.com:5000", "example.com", 5000, true, "with a port, that port"),
        ("example.com:5000", "example.com", 443, false, "with a port, no other"),
        ("192.0.2.1", "192.0.2.1", 443, true, "an address"),
        ("192.0.2.1:443", "192.0.2.1", 443, true, "an address and its port"),
        ("192.0.2.1", "192.0.2.10", 443, false, "another address"),
        ("0.2.1", "192.0.2.1", 443, false, "an address has no suffixes"),
        ("10.0.0.0/8", "10.255.0.1", 443, true, "a network"),
        ("10.0.0.0/8", "11.0.0.1", 443, false, "not in the network"),
        ("192.168.4.0/22", "192.168.7.255", 443, true, "a network that ends within a byte"),
        ("192.168.4.0/22", "192.168.8.0", 443, false, "just behind it"),
        ("0.0.0.0/0", "8.8.8.8", 443, true, "all of IPv4"),
        ("0.0.0.0/0", "2001:db8::1", 443, false, "which is not IPv6"),
        ("10.0.0.0/8", "10.example.com", 443, false, "a name is not in a network"),
        ("10.0.0.0/33", "10.0.0.1", 443, false, "no network"),
        ("2001:db8::1", "2001:db8::1", 443, true, "IPv6"),
        ("[2001:db8::1]", "2001:db8::1", 443, true, "IPv6 in brackets"),
        ("[2001:db8::1]:5000", "2001:db8::1", 5000, true, "IPv6 and a port"),
        ("[2001:db8::1]:5000", "2001:db8::1", 443, false, "IPv6 and another port"),
        ("2001:0db8:0:0:0:0:0:1", "2001:db8::1", 443, true, "the same address, written otherwise"),
        ("fd00::/8", "fd12:3456::1", 443, true, "a network of IPv6"),
        ("fd00::/8", "fe80::1", 443, false, "not in the network"),
        ("", "localhost", 5000, true, "this machine, always"),
        ("", "registry.localhost", 5000, true, "and its names"),
        ("example.com", "127.0.0.53", 80, true, "and its addresses"),
        ("", "::1", 80, true, "also IPv6"),
        ("", "::ffff:127.0.0.1", 80, true, "and IPv4 within it"),
        (",,.,", "example.com", 443, false, "empty entries are none"),
    ]

    @Test("interprets no_proxy like curl and Go", arguments: rows)
    func row(list: String, host: String, port: Int, isDirect: Bool, why: String) {
        #expect(ProxyExceptions(list).contains(host: host, port: port) == isDirect, "\(why)")
    }
}
