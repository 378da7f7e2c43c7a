import HTTPTransport
import OCI
import Testing

@testable import Registry

@Suite struct RegistryEndpointTests {
    static let table: [(registry: String, plain: Bool, origins: [String], why: String)] = [
        ("registry.example", false, ["https://registry.example"], "HTTPS"),
        ("registry.example:5000", false, ["https://registry.example:5000"], "with its port"),
        ("registry.example", true, ["http://registry.example"], "as the user wants"),
        ("docker.io", false, ["https://registry-1.docker.io"], "Docker Hub's API is elsewhere"),
        ("localhost:5000", false, ["https://localhost:5000", "http://localhost:5000"], "this machine"),
        ("a.localhost", false, ["https://a.localhost", "http://a.localhost"], "by another name"),
        ("127.9.8.7", false, ["https://127.9.8.7", "http://127.9.8.7"], "by an address"),
        ("[::1]:5000", false, ["https://[::1]:5000", "http://[::1]:5000"], "by an IPv6 address"),
        ("localhost", true, ["http://localhost"], "no TLS is tried when the user knows"),
        ("localhost.evil.com", false, ["https://localhost.evil.com"], "only begins like this machine"),
        ("notlocalhost", false, ["https://notlocalhost"], "only ends like it"),
        ("127.0.0.1.nip.io", false, ["https://127.0.0.1.nip.io"], "a name that resolves to it"),
        ("10.0.0.5:5000", false, ["https://10.0.0.5:5000"], "a private network is not this machine"),
        ("192.168.1.1", false, ["https://192.168.1.1"], "nor is this one"),
        ("registry.local", false, ["https://registry.local"], "nor a name of the local network"),
    ]

    @Test("uses HTTPS, and falls back to HTTP only on loopback", arguments: table)
    func origins(registry: String, plain: Bool, origins: [String], why: String) throws {
        let endpoint = RegistryEndpoint(try RegistryName(parsing: registry), usesPlainHTTP: plain)
        #expect(endpoint.origins.map(\.description) == origins, "\(why)")
    }
}
