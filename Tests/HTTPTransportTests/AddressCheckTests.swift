import Foundation
import HTTPTransport
import Synchronization
import TestSupport
import Testing

@Suite(.timed, .timeLimit(.minutes(5))) struct AddressCheckTests {
    private func send(
        _ url: HTTPURL,
        over transport: CurlTransport,
        accepting accepts: @escaping @Sendable (String) -> Bool
    ) async throws(TransferError) -> Echo? {
        let buffer = BodyBuffer(limit: 1024 * 1024)
        var request = Request(method: .get, url: url)
        request.acceptsAddress = accepts
        _ = try await transport.send(request, into: buffer)
        return try? Echo(buffer)
    }

    @Test func `does not connect to a rejected address of a name`() async throws {
        let peer = try PythonPeer()
        let transport = try CurlTransport()
        let url = try peer.url("/echo", host: "localhost")
        let error = await #expect(throws: TransferError.self) {
            try await send(url, over: transport) { _ in false }
        }
        #expect(error?.kind == .addressRejected)
        #expect(error?.detail.contains("127.0.0.1") == true || error?.detail.contains("::1") == true)
        // The first connection to the server.
        #expect(try await send(url, over: CurlTransport()) { _ in true }?.connection == 1)
    }

    @Test func `connects only to the accepted addresses of a name`() async throws {
        let peer = try PythonPeer()
        let url = try peer.url("/echo", host: "localhost")
        let echo = try await send(url, over: CurlTransport()) { !$0.contains(":") }
        #expect(echo?.requests == 1)
    }

    @Test func `checks the numeric address, also of a reused connection`() async throws {
        let peer = try PythonPeer()
        let transport = try CurlTransport()
        let asked = Mutex<[String]>([])
        for round in 1...2 {
            let url = try peer.url("/echo")
            let echo = try await send(url, over: transport) { address in
                asked.withLock { $0.append(address) }
                return true
            }
            #expect(echo?.connection == 1)
            #expect(echo?.requests == round)
        }
        #expect(Set(asked.withLock { $0 }) == ["127.0.0.1"])
        let url = try peer.url("/echo")
        let error = await #expect(throws: TransferError.self) {
            try await send(url, over: transport) { _ in false }
        }
        #expect(error?.kind == .addressRejected)
        // The rejected request was not sent over the existing connection.
        #expect(try await send(url, over: CurlTransport()) { _ in true }?.requests == 1)
    }

    @Test func `reports the address over which a request is sent`() async throws {
        let peer = try PythonPeer()
        let transport = try CurlTransport()
        let reached = Mutex<[String]>([])
        var request = Request(method: .get, url: try peer.url("/echo", host: "localhost"))
        request.acceptsAddress = { !$0.contains(":") }
        request.reachedAddress = { address in reached.withLock { $0.append(address) } }
        for _ in 1...2 { _ = try await transport.send(request, into: BodyBuffer(limit: 1024 * 1024)) }
        #expect(reached.withLock { $0 } == ["127.0.0.1", "127.0.0.1"])
    }

    @Test func `does not reuse an unchecked connection for a checked request`()
        async throws
    {
        let peer = try PythonPeer()
        let transport = try CurlTransport()
        let url = try peer.url("/echo")
        _ = try await exchange(.get, url, over: transport)
        let error = await #expect(throws: TransferError.self) {
            try await send(url, over: transport) { _ in false }
        }
        #expect(error?.kind == .addressRejected)
    }

    @Test func `does not check addresses behind a proxy, which resolves names`() async throws {
        let proxy = try PythonPeer()
        let environment = ["http_proxy": "http://127.0.0.1:\(proxy.port)", "no_proxy": "localhost"]
        let transport = try CurlTransport(TransportOptions(proxies: Proxies { environment[$0] }))
        var request = Request(method: .get, url: try HTTPURL(parsing: "http://registry.invalid/echo"))
        request.acceptsAddress = { _ in false }
        let response = try await transport.send(request, into: BodyBuffer(limit: 1024 * 1024))
        #expect(response.status == 404, "the peer looks for a path and gets a URL")
        // Hosts that bypass the proxy are checked.
        let spared = try proxy.url("/echo", host: "localhost")
        let error = await #expect(throws: TransferError.self) {
            try await send(spared, over: transport) { _ in false }
        }
        #expect(error?.kind == .addressRejected)
    }
}
