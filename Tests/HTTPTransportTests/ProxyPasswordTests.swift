import Testing

@testable import HTTPTransport

/// The end of a proxy's password must be unambiguous, so that no part of it is used as a host name.
@Suite struct ProxyPasswordTests {
    static let rows: [(url: String, isUnambiguous: Bool)] = [
        ("proxy.example:3128", true), ("http://proxy.example:3128/", true), ("http://[::1]:3128", true),
        ("http://me:hush%40p@proxy.example", true), ("me:hush@proxy.example", true),
        ("http://me:hush@p@proxy.example", false), ("http://me:hu/sh@proxy.example", false),
        ("http://me:hu#sh@proxy.example", false), ("http://me:hu?sh@proxy.example", false),
        ("http://me:h@sh#1@proxy.example", false),
    ]

    @Test("rejects a proxy URL in which the end of the password is ambiguous", arguments: rows.indices)
    func row(number: Int) {
        let row = Self.rows[number]
        #expect(Proxy(row.url, variable: "https_proxy").isUnambiguous == row.isUnambiguous)
    }

    @Test func `an ambiguous proxy URL is a failure that does not show the URL`() async throws {
        let transport = try CurlTransport(
            TransportOptions(
                proxies: Proxies { $0 == "https_proxy" ? "http://me:p@hush#PW@127.0.0.1:1" : nil }
            )
        )
        let request = Request(method: .get, url: try HTTPURL(parsing: "https://example.com/"))
        let error = await #expect(throws: TransferError.self) {
            try await transport.send(request, into: BodyBuffer(limit: 10))
        }
        #expect(error?.kind == .proxyFailed)
        #expect(error?.detail.contains("$https_proxy cannot be read") == true)
        #expect(error?.detail.contains("hush") == false)
    }
}
