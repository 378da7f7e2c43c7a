import Diagnostics
import HTTPTransport
import TestSupport
import Testing

@testable import Registry

@Suite(.timed, .timeLimit(.minutes(5))) struct IdleNoticeTransportTests {
    let events = RecordingSink()
    let url = Result { try HTTPURL(parsing: "https://registry.example/v2/") }

    private func notes() -> [Event] { events.events.filter { if case .note = $0 { true } else { false } } }

    @Test func `reports ten idle seconds once per request`() async throws {
        let gate = GatedTransport()
        let clock = TestClock()
        let transport = IdleNoticeTransport(gate, events: events, clock: clock.pauseClock)
        let url = try url.get()
        let exchange = Task {
            try await transport.send(Request(method: .get, url: url), into: BodyBuffer(limit: 10))
        }
        for await _ in gate.arrivals { break }
        await events.wait { !$0.isEmpty }
        #expect(clock.pauses == [.seconds(10)])
        gate.answer(200, "")
        #expect(try await exchange.value.status == 200)
        #expect(notes() == [.note("waiting for https://registry.example (10 s) …")])
    }

    @Test func `counts the idle periods of a host`() async throws {
        let gate = GatedTransport()
        let transport = IdleNoticeTransport(gate, events: events, clock: TestClock().pauseClock)
        let url = try url.get()
        for round in 1...2 {
            let exchange = Task {
                try await transport.send(Request(method: .get, url: url), into: BodyBuffer(limit: 10))
            }
            for await _ in gate.arrivals { break }
            await events.wait { $0.count == round }
            gate.answer(200, "")
            _ = try await exchange.value
        }
        #expect(
            notes() == [
                .note("waiting for https://registry.example (10 s) …"),
                .note("waiting for https://registry.example (10 s, 2 times so far) …"),
            ]
        )
    }

    @Test func `requests that are idle together are one idle period of their host`() throws {
        let hosts = IdleHosts()
        let host = try url.get().origin
        let other = try HTTPURL(parsing: "https://other.example/").origin
        #expect(hosts.begin(at: host) == 1)
        #expect(hosts.begin(at: host) == nil)
        #expect(hosts.begin(at: other) == 1)
        hosts.end(at: host)
        #expect(hosts.begin(at: host) == nil, "one of them is still idle")
        hosts.end(at: host)
        hosts.end(at: host)
        #expect(hosts.begin(at: host) == 2)
    }

    @Test func `does not report an active transfer`() async throws {
        /// Sends a piece after every nine seconds of the clock.
        final class Drip: Transport {
            let clock: TestClock
            init(_ clock: TestClock) { self.clock = clock }
            func send(_ request: Request, into sink: some ResponseSink) async throws(TransferError)
                -> Response
            {
                for count in 0..<10 {
                    do {
                        try await clock.pauseClock.sleep(.seconds(9))
                    } catch {
                        throw TransferError(.canceled, "\(error)")
                    }
                    request.uploadProgress?(count)
                }
                return Response(status: 200)
            }
        }
        // The transport's own pauses would advance the clock too, so it waits for an hour instead.
        let clock = TestClock()
        let listening = PauseClock(
            now: { clock.now },
            sleep: { _ in try await Task.sleep(for: .seconds(3600)) }
        )
        let transport = IdleNoticeTransport(Drip(clock), events: events, clock: listening)
        let response = try await transport.send(
            Request(method: .put, url: try url.get()),
            into: BodyBuffer(limit: 10)
        )
        #expect(response.status == 200)
        #expect(notes().isEmpty)
    }
}
