import HTTPTransport
import Synchronization
import TestSupport
import Testing

/// Records its calls, and throws at a given call.
final class ScriptedSink: ResponseSink {
    enum Step: Equatable, Sendable {
        case began(Int)
        case received(Int)
    }

    static let rejection = TransferError(.sinkRejected, "not this one")

    let steps = Log<Step>()
    private let rejectsHead: Bool
    private let rejectsBody: Bool

    init(rejectsHead: Bool = false, rejectsBody: Bool = false) {
        self.rejectsHead = rejectsHead
        self.rejectsBody = rejectsBody
    }

    func begin(_ response: Response) throws(TransferError) {
        steps.append(.began(response.status))
        if rejectsHead { throw Self.rejection }
    }

    func receive(_ bytes: UnsafeRawBufferPointer) throws(TransferError) {
        steps.append(.received(bytes.count))
        if rejectsBody { throw Self.rejection }
    }
}

@Suite(.timed, .timeLimit(.minutes(5))) struct SinkTests {
    let peer: PythonPeer
    let transport: CurlTransport

    init() throws {
        peer = try PythonPeer.plain.get()
        transport = try CurlTransport()
    }

    @Test func `passes the head once, then the body in pieces`() async throws {
        let sink = ScriptedSink()
        _ = try await transport.send(Request(method: .get, url: try peer.url("/interim")), into: sink)
        #expect(sink.steps.all == [.began(200), .received(5)])
    }

    @Test func `passes the head of a response without a body`() async throws {
        let sink = ScriptedSink()
        _ = try await transport.send(Request(method: .get, url: try peer.url("/status/204")), into: sink)
        #expect(sink.steps.all == [.began(204)])
    }

    @Test func `stops after a sink rejects the head, and throws its error`() async throws {
        let sink = ScriptedSink(rejectsHead: true)
        let request = Request(method: .get, url: try peer.url("/endless"))
        await #expect(throws: ScriptedSink.rejection) { try await self.transport.send(request, into: sink) }
        #expect(sink.steps.all == [.began(200)])
    }

    @Test func `stops after a sink rejects the body, and throws its error`() async throws {
        let sink = ScriptedSink(rejectsBody: true)
        let request = Request(method: .get, url: try peer.url("/endless"))
        await #expect(throws: ScriptedSink.rejection) { try await self.transport.send(request, into: sink) }
        #expect(sink.steps.all.count == 2)
    }

    @Test func `a reused buffer discards the first body`() async throws {
        let buffer = BodyBuffer(limit: 100)
        for path in ["/bytes/80", "/bytes/30"] {
            _ = try await transport.send(Request(method: .get, url: try peer.url(path)), into: buffer)
        }
        #expect(buffer.bytes.count == 30)
    }

    @Test func `a transport works after a sink has rejected a response`() async throws {
        let request = Request(method: .get, url: try peer.url("/endless"))
        _ = try? await transport.send(request, into: ScriptedSink(rejectsBody: true))
        let (response, _) = try await exchange(.get, try peer.url("/echo"), over: transport)
        #expect(response.status == 200)
    }
}
