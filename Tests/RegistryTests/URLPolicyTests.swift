import Diagnostics
import HTTPTransport
import Testing

@testable import Registry

@Suite struct URLPolicyTests {
    typealias Row = (registry: String, url: String, role: URLPolicy.Role, result: String?, why: String)

    static let table: [Row] = [
        ("https://r.example", "https://r.example/t", .realm, "https://r.example/t", "the registry itself"),
        ("https://r.example", "https://R.example:443/t", .realm, "https://r.example/t", "spelled otherwise"),
        ("https://r.example", "https://auth.example/t", .realm, "https://auth.example/t", "a public host"),
        ("https://r.example", "https://r.example:5001/t", .realm, "https://r.example:5001/t", "another port"),
        ("https://r.example", "http://auth.example/t", .realm, nil, "credentials in the clear"),
        ("https://r.example", "http://r.example/t", .realm, nil, "also on the same host"),
        ("https://r.example", "http://r.example/x", .redirect, nil, "a redirect to where all can read"),
        ("https://r.example", "http://s.example/x", .redirect, nil, "also elsewhere"),
        ("https://r.example", "http://s.example/x", .location, nil, "an upload to where all can read"),
        (
            "https://r.example", "http://r.example/x?a=%2F", .location, "https://r.example/x?a=%2F",
            "a TLS proxy"
        ),
        (
            "https://r.example:5000", "http://r.example:5000/x", .location, "https://r.example:5000/x",
            "with its port"
        ),
        (
            "https://r.example:5000", "http://r.example/x", .location, "https://r.example:5000/x",
            "the port was lost"
        ),
        (
            "https://r.example", "http://r.example:8080/x", .location, "https://r.example:8080/x",
            "another service of the host, over TLS"
        ),
        ("https://r.example", "https://s3.example/x", .location, "https://s3.example/x", "a storage"),
        ("https://r.example", "https://127.0.0.1/x", .redirect, nil, "this machine"),
        ("https://r.example", "https://localhost/x", .realm, nil, "this machine by name"),
        ("https://r.example", "https://a.localhost./x", .realm, nil, "and by another"),
        ("https://r.example", "https://0x7f.1/x", .realm, nil, "and in disguise"),
        ("https://r.example", "https://2130706433/x", .realm, nil, "and as a number"),
        ("https://r.example", "https://0.0.0.0/x", .location, nil, "no address at all"),
        ("https://r.example", "https://10.1.2.3/x", .location, nil, "a private network"),
        ("https://r.example", "https://172.16.0.1/x", .location, nil, "another"),
        ("https://r.example", "https://192.168.0.1/x", .location, nil, "a third"),
        ("https://r.example", "https://169.254.169.254/latest", .realm, nil, "the cloud's metadata"),
        ("https://r.example", "https://metadata.google.internal/x", .realm, nil, "and by name"),
        ("https://r.example", "https://[::1]/x", .redirect, nil, "this machine, IPv6"),
        ("https://r.example", "https://[fd00:ec2::254]/x", .redirect, nil, "the metadata, IPv6"),
        ("https://r.example", "https://[fe80::1]/x", .redirect, nil, "the link"),
        ("https://r.example", "https://[::ffff:10.0.0.1]/x", .redirect, nil, "IPv4 within IPv6"),
        ("https://r.example", "https://8.8.8.8/x", .redirect, "https://8.8.8.8/x", "a public address"),
        (
            "https://127.0.0.1:5000", "https://127.0.0.1:5001/t", .realm, "https://127.0.0.1:5001/t",
            "a registry of this machine may use it"
        ),
        (
            "https://localhost:5000", "https://127.0.0.1:5001/t", .realm, "https://127.0.0.1:5001/t",
            "by any of its names"
        ),
        ("https://localhost:5000", "http://localhost:5001/t", .realm, nil, "but not in the clear"),
        (
            "http://localhost:5000", "http://localhost:5001/t", .realm, "http://localhost:5001/t",
            "where all is in the clear, this is too"
        ),
        ("http://r.example", "http://10.0.0.1/t", .realm, nil, "a public registry without TLS stays public"),
        (
            "http://r.example", "https://auth.example/t", .realm, "https://auth.example/t",
            "safer than the registry"
        ),
        (
            "https://10.0.0.5", "https://10.0.0.6/t", .realm, "https://10.0.0.6/t",
            "a registry of a private network may name another host of it"
        ),
        ("https://10.0.0.5", "https://169.254.169.254/t", .realm, nil, "but not the cloud's metadata"),
        ("https://localhost:5000", "https://metadata.google.internal/t", .realm, nil, "nor may this machine"),
        ("http://127.0.0.1:5000", "http://[fd00:ec2::254]/x", .redirect, nil, "nor one in the clear"),
        (
            "https://r.example", "https://r.example/v2/tags?n=2", .link, "https://r.example/v2/tags?n=2",
            "a page"
        ),
        ("https://r.example", "https://r.example:5000/v2/tags", .link, nil, "a list stays at its origin"),
        ("https://r.example", "http://r.example/v2/tags", .link, nil, "also in its scheme"),
        ("https://r.example", "https://s.example/v2/tags", .link, nil, "and at its host"),
        ("http://localhost:5000", "https://localhost:5000/v2/tags", .link, nil, "whichever way it is left"),
    ]

    @Test("accepts, upgrades or rejects a peer's URL", arguments: table)
    func judgement(row: Row) throws {
        let policy = URLPolicy(registry: try HTTPURL(parsing: row.registry).origin)
        let url = try HTTPURL(parsing: row.url)
        if let result = row.result {
            #expect(try policy.checked(url, as: row.role).description == result, "\(row.why)")
        } else {
            let failure = #expect(throws: Failure.self, "\(row.why)") {
                try policy.checked(url, as: row.role)
            }
            #expect(failure?.code == .addressRejected)
            #expect(failure?.message.contains(url.host) == true)
        }
    }

    static let addresses: [(registry: String?, url: String, address: String, may: Bool, why: String)] = [
        ("203.0.113.5", "https://r.example/v2/", "10.0.0.5", false, "once public, always public"),
        ("203.0.113.5", "https://r.example:444/t", "10.0.0.5", false, "but not for another port"),
        ("203.0.113.5", "https://a.example/t", "203.0.113.6", true, "public and public"),
        ("203.0.113.5", "https://a.example/t", "127.0.0.1", false, "a public name for this machine"),
        ("203.0.113.5", "https://a.example/t", "::1", false, "for this machine, IPv6"),
        ("203.0.113.5", "https://a.example/t", "10.0.0.6", false, "for a private network"),
        ("203.0.113.5", "https://a.example/t", "::ffff:10.0.0.6", false, "for one, within IPv6"),
        ("203.0.113.5", "https://a.example/t", "169.254.169.254", false, "for the metadata"),
        ("2001:db8::5", "https://a.example/t", "fd00::1", false, "IPv6 and IPv6"),
        ("2001:db8::5", "https://a.example/t", "64:ff9b::808:808", true, "a public host behind NAT64"),
        ("10.0.0.5", "https://a.example/t", "10.0.0.6", true, "a registry of a private network"),
        ("10.0.0.5", "https://a.example/t", "169.254.169.254", false, "but not the metadata"),
        ("::ffff:203.0.113.5", "https://a.example/t", "10.0.0.6", false, "a public registry, within IPv6"),
        ("::ffff:203.0.113.5", "https://a.example/t", "::ffff:203.0.113.6", true, "public and public"),
        ("198.18.0.5", "https://a.example/t", "10.0.0.6", false, "a doubtful address grants nothing"),
        ("198.18.0.5", "https://r.example/v2/", "10.0.0.5", true, "and forbids the registry itself nothing"),
        ("10.0.0.5", "https://r.example/v2/", "10.0.0.6", true, "a registry with several addresses"),
        ("203.0.113.5", "https://r.example/v2/", "203.0.113.6", true, "a public one with several"),
        ("203.0.113.5", "https://r.example/v2/", "169.254.169.254", false, "never the metadata"),
        (nil, "https://r.example/v2/", "169.254.169.254", false, "not even first"),
        (nil, "https://r.example/v2/", "::ffff:169.254.169.254", false, "nor within IPv6"),
        (nil, "https://r.example/v2/", "fd00:ec2::254", false, "nor in IPv6"),
        (nil, "https://r.example/v2/", "100.100.100.200", false, "nor another cloud's"),
        (nil, "https://r.example/v2/", "169.254.7.7", true, "a registry on this link"),
        (nil, "https://a.example/t", "10.0.0.6", false, "what is not known is taken for public"),
        (nil, "https://a.example/t", "203.0.113.6", true, "public is good anyway"),
    ]

    @Test("applies the same rules to resolved and literal addresses", arguments: addresses)
    func address(registry: String?, url: String, address: String, may: Bool, why: String) throws {
        let origin = Origin(scheme: .https, host: "r.example", port: 443)
        let policy = URLPolicy(registry: origin, address: registry)
        #expect(policy.mayDial(address, for: try HTTPURL(parsing: url)) == may, "\(why)")
    }

    @Test func `a registry in a private network may name private addresses`() throws {
        let origin = Origin(scheme: .https, host: "r.example", port: 443)
        let url = try HTTPURL(parsing: "https://10.0.0.6/t")
        #expect(throws: Failure.self) { try URLPolicy(registry: origin).checked(url, as: .realm) }
        #expect(try URLPolicy(registry: origin, address: "10.0.0.5").checked(url, as: .realm) == url)
    }

    static let owners: [(url: String, may: Bool, why: String)] = [
        ("https://r.example/v2/", true, "the registry"),
        ("https://r.example:443/v2/", true, "with its port in words"),
        ("https://r.example:5000/v2/", false, "another port"),
        ("http://r.example/v2/", false, "another scheme"),
        ("https://r.example.evil.com/v2/", false, "another host that begins alike"),
        ("https://r.example./v2/", false, "a name that a resolver may take for another"),
    ]

    @Test("binds credentials to scheme, host and port", arguments: owners)
    func authorization(url: String, may: Bool, why: String) throws {
        let policy = URLPolicy(registry: Origin(scheme: .https, host: "r.example", port: 443))
        #expect(policy.mayAuthorize(try HTTPURL(parsing: url)) == may, "\(why)")
    }

    @Test func `does not show the query of a rejected URL`() throws {
        let policy = URLPolicy(registry: Origin(scheme: .https, host: "r.example", port: 443))
        let url = try HTTPURL(parsing: "https://10.0.0.1/x?signature=hush")
        let failure = #expect(throws: Failure.self) { try policy.checked(url, as: .redirect) }
        #expect(failure?.description.contains("hush") == false)
    }
}
