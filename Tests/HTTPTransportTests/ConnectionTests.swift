import Foundation
import HTTPTransport
import TestSupport
import Testing

@Suite(.timed, .timeLimit(.minutes(5))) struct ConnectionTests {
    let peer: PythonPeer

    init() throws { peer = try PythonPeer.plain.get() }

    @Test func `sequential requests share one connection`() async throws {
        let transport = try CurlTransport()
        var connections: Set<Int> = []
        for round in 1...6 {
            let method: HTTPMethod = round.isMultiple(of: 2) ? .put : .get
            let body: Body = round.isMultiple(of: 2) ? .bytes([1, 2, 3]) : .none
            let (_, answer) = try await exchange(method, try peer.url("/echo"), body: body, over: transport)
            let echo = try Echo(answer)
            connections.insert(echo.connection)
            #expect(echo.requests == round)
        }
        #expect(connections.count == 1)
    }

    @Test func `sends eight requests in parallel`() async throws {
        let transport = try CurlTransport()
        let url = try peer.url("/meet/\(UUID().uuidString)/8")
        let connections = try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 1...8 {
                group.addTask {
                    let (response, body) = try await exchange(.get, url, over: transport)
                    #expect(response.status == 200)
                    return body.bytes
                }
            }
            return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
        }
        #expect(connections.count == 8)
    }

    @Test func `two transports share nothing`() async throws {
        let (_, first) = try await exchange(.get, try peer.url("/echo"), over: CurlTransport())
        let (_, second) = try await exchange(.get, try peer.url("/echo"), over: CurlTransport())
        #expect(try Echo(first).connection != Echo(second).connection)
    }

    @Test func `replaces a closed connection transparently`() async throws {
        let transport = try CurlTransport()
        for _ in 1...5 {
            let url = try peer.url("/once")
            let (response, _) = try await exchange(.put, url, body: .bytes([1, 2, 3]), over: transport)
            #expect(response.status == 200)
        }
    }

    @Test func `parallel requests from many tasks get their own responses`() async throws {
        let transport = try CurlTransport()
        try await withThrowingTaskGroup { group in
            for number in 1...40 {
                group.addTask {
                    let url = try self.peer.url("/echo/\(number)")
                    let (_, body) = try await exchange(.get, url, over: transport)
                    #expect(try Echo(body).target == "/echo/\(number)")
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `the last owner frees the transport and its connections`() async throws {
        let mark = UUID().uuidString
        weak var released: CurlTransport?
        do {
            let transport = try CurlTransport()
            released = transport
            _ = try await exchange(.get, try peer.url("/watched/\(mark)"), over: transport)
        }
        // The transport's thread may hold it for a moment after the response; the server sees when it is freed.
        let (response, _) = try await exchange(
            .get,
            try peer.url("/when/\(mark)-gone"),
            over: CurlTransport()
        )
        #expect(response.status == 200, "the server saw the connection close")
        #expect(released == nil)
    }
}
