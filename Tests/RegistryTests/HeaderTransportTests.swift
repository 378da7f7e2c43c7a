import HTTPTransport
import OCI
import Testing

@testable import Registry

@Suite struct HeaderTransportTests {
    private func sent(
        _ url: String,
        _ configured: HeaderFields,
        own: HeaderFields = [:],
        plain: Bool = false
    ) async throws -> HeaderFields {
        let scripted = ScriptedTransport([.answer("GET \(url)", 200)])
        let endpoint = try RegistryEndpoint(RegistryName(parsing: "registry.example"), usesPlainHTTP: plain)
        let transport = HeaderTransport(scripted, sending: configured, to: endpoint)
        let request = Request(method: .get, url: try HTTPURL(parsing: url), headers: own)
        _ = try await transport.send(request, into: BodyBuffer(limit: 1))
        return scripted.sent.first?.headers ?? [:]
    }

    static let otherOrigins = [
        "https://auth.registry.example/token", "https://registry.example:8443/v2/",
        "http://registry.example/v2/",
        "https://other.example/",
    ]

    @Test func `sends the configured fields to the registry`() async throws {
        let fields = try await sent("https://registry.example/v2/", ["X-Meta": "hush"])
        #expect(fields["X-Meta"] == "hush")
    }

    @Test("does not send the fields to other origins", arguments: otherOrigins)
    func stranger(url: String) async throws {
        #expect(try await sent(url, ["X-Meta": "hush"]).fields.isEmpty)
    }

    @Test func `does not replace the client's own fields`() async throws {
        let fields = try await sent(
            "https://registry.example/v2/",
            ["user-agent": "other", "Host": "evil", "content-length": "1", "accept": "x", "X-Meta": "hush"],
            own: ["Accept": "application/json"]
        )
        #expect(fields == ["Accept": "application/json", "X-Meta": "hush"])
    }
}
