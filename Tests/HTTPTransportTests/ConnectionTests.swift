import Foundation
import HTTPTransport
import TestSupport
import Testing

@Suite(.timed, .timeLimit(.minutes(5))) struct ConnectionTests {
    let peer: PythonPeer

    init() throws { peer = try PythonPeer.plain.get() }

    @Test func `requests one after the other share one connection`() async throws {
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

    @Test func `eight requests are under way at the same time`() async throws {
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

    @Test func `a connection that the server closed is replaced without the caller seeing it`() async throws {
        let transport = try CurlTransport()
        for _ in 1...5 {
            let url = try peer.url("/once")
            let (response, _) = try await exchange(.put, url, body: .bytes([1, 2, 3]), over: transport)
            #expect(response.status == 200)
        }
    }

    @Test func `requests from many tasks at once all get their own answer`() async throws {
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

    @Test func `a transport goes away with its last user, and its connections with it`() async throws {
        let mark = UUID().uuidString
        weak var released: CurlTransport?
        do {
            let transport = try CurlTransport()
            released = transport
            _ = try await exchange(.get, try peer.url("/watched/\(mark)"), over: transport)
        }
        #expect(released == nil)
        let (response, _) = try await exchange(
            .get,
            try peer.url("/when/\(mark)-gone"),
            over: CurlTransport()
        )
        #expect(response.status == 200, "the server saw the connection close")
    }
}
