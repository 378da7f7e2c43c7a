import Testing

@testable import HTTPTransport

/// Where a proxy's password ends has to be beyond doubt, or a piece of it becomes the name of a host.
@Suite struct ProxyPasswordTests {
    static let rows: [(url: String, isClear: Bool)] = [
        ("proxy.example:3128", true), ("http://proxy.example:3128/", true), ("http://[::1]:3128", true),
        ("http://me:hush%40p@proxy.example", true), ("me:hush@proxy.example", true),
        ("http://me:hush@p@proxy.example", false), ("http://me:hu/sh@proxy.example", false),
        ("http://me:hu#sh@proxy.example", false), ("http://me:hu?sh@proxy.example", false),
        ("http://me:h@sh#1@proxy.example", false),
    ]

    @Test("a password is written so that it ends in one place", arguments: rows.indices)
    func row(number: Int) {
        let row = Self.rows[number]
        #expect(Proxy(row.url, variable: "https_proxy").isClear == row.isClear)
    }

    @Test func `a proxy that cannot be read is the failure, and nothing of it is shown`() async throws {
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
