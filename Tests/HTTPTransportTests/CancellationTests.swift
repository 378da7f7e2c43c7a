import Foundation
import HTTPTransport
import TestSupport
import Testing

@Suite(.timed, .timeLimit(.minutes(5))) struct CancellationTests {
    let peer: PythonPeer
    let transport: CurlTransport

    init() throws {
        peer = try PythonPeer.plain.get()
        // No timer of libcurl may wake the transport's thread; only the cancellation does.
        transport = try CurlTransport(TransportOptions(connectTimeout: .seconds(3600), stallSpeed: 0))
    }

    /// Waits until the server has recorded an event.
    func waitFor(_ mark: String) async throws {
        let (response, _) = try await exchange(.get, try peer.url("/when/\(mark)"), over: CurlTransport())
        try #require(response.status == 200)
    }

    /// Opens a connection for reuse, on which libcurl has no timers except those of the options.
    func warmUp() async throws {
        _ = try await exchange(.get, try peer.url("/echo"), over: transport)
    }

    @Test(arguments: ["silent", "drip"])
    func `canceling ends the transfer and closes the connection`(path: String) async throws {
        let mark = UUID().uuidString
        let url = try peer.url("/\(path)/\(mark)")
        try await warmUp()
        let task = Task { await failure(of: url, over: transport) }
        try await waitFor("\(mark)-asked")
        task.cancel()
        #expect(await task.value?.kind == .canceled)
        try await waitFor("\(mark)-gone")
    }

    @Test func `a canceled task sends nothing`() async throws {
        let url = try HTTPURL(parsing: "http://127.0.0.1:1/")
        let gate = Gate()
        let task = Task {
            await gate.wait()
            return await failure(of: url, over: transport)
        }
        task.cancel()
        gate.open()
        #expect(await task.value?.kind == .canceled)
    }

    @Test func `canceling one transfer does not affect the others`() async throws {
        let mark = UUID().uuidString
        let silent = try peer.url("/silent/\(mark)")
        try await warmUp()
        let task = Task { await failure(of: silent, over: transport) }
        try await waitFor("\(mark)-asked")
        let (response, _) = try await exchange(.get, try peer.url("/echo"), over: transport)
        #expect(response.status == 200, "a new request wakes the thread")
        async let other = exchange(.get, try peer.url("/when/\(mark)-gone"), over: transport)
        task.cancel()
        #expect(await task.value?.kind == .canceled)
        #expect(try await other.response.status == 200)
    }

    @Test func `canceling at any moment ends every transfer`() async throws {
        let url = try peer.url("/echo")
        for round in 0..<200 {
            let task = Task { await failure(of: url, over: transport) }
            for _ in 0..<(round % 20) { await Task.yield() }
            task.cancel()
            let error = await task.value
            #expect(error == nil || error?.kind == .canceled)
        }
        let (response, _) = try await exchange(.get, url, over: transport)
        #expect(response.status == 200)
    }

    @Test func `cancels an upload`() async throws {
        let mark = UUID().uuidString
        let request = Request(
            method: .put,
            url: try peer.url("/stuck/\(mark)"),
            body: .bytes([UInt8](repeating: 7, count: 30_000_000))
        )
        let task = Task { try await transport.send(request, into: BodyBuffer(limit: 0)) }
        try await waitFor("\(mark)-asked")
        task.cancel()
        let error = await #expect(throws: TransferError.self) { try await task.value }
        #expect(error?.kind == .canceled)
        _ = try await exchange(.get, try peer.url("/mark/\(mark)-go"), over: CurlTransport())
    }
}

/// Makes a task wait for the test.
private final class Gate: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func open() { continuation.finish() }

    /// Returns when the gate is open or the task is canceled.
    func wait() async { for await _ in stream {} }
}
