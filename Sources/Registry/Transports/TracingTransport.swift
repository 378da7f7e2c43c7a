package import Diagnostics
package import HTTPTransport
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A transport that records an ``Event/trace(_:)`` for each request of another transport, without secrets.
///
/// Each request is one event, recorded at its end, so that the lines of concurrent requests do not mix.
package struct TracingTransport: Transport {
    private let base: any Transport
    private let events: any EventSink
    private let redaction = TraceRedaction()
    private let count = Count()

    private final class Count: Sendable {
        let value = Atomic(0)
    }

    /// Wraps another transport.
    package init(_ base: any Transport, events: any EventSink) {
        self.base = base
        self.events = events
    }

    /// Sends a request with the other transport, and records it.
    package func send(_ request: Request, into sink: some ResponseSink) async throws(TransferError)
        -> Response
    {
        let number = count.value.add(1, ordering: .relaxed).newValue
        let start = Date.ISO8601FormatStyle(includingFractionalSeconds: true).format(Date())
        let clock = ContinuousClock.now
        redaction.learn(from: request)
        let tracing = TracingSink(sink, isHead: request.method == .head)
        func record(_ outcome: Result<Response, TransferError>) {
            let exchange = TracedExchange(
                request: request,
                outcome: outcome,
                body: tracing.body,
                duration: clock.duration(to: .now)
            )
            if case .success(let response) = outcome { redaction.learn(from: response) }
            events.record(.trace("\(start) #\(number) " + exchange.text(redaction)))
        }
        do throws(TransferError) {
            let response = try await base.send(request, into: tracing)
            record(.success(response))
            return response
        } catch {
            record(.failure(error))
            throw error
        }
    }
}

/// A sink that forwards everything and keeps the beginning of a body that may be shown.
final class TracingSink: ResponseSink {
    /// The received part of a body.
    struct Body: Sendable {
        /// The beginning of the body; `nil` if the body may not be shown.
        var shown: [UInt8]?
        var count = 0
    }

    /// The size of the beginning, in bytes; it exceeds the shown part, so that a secret at the cut is still
    /// found.
    private static let limit = 32 * 1024

    private let base: any ResponseSink
    private let isHead: Bool
    private let received = Mutex(Body())

    init(_ base: any ResponseSink, isHead: Bool) {
        self.base = base
        self.isHead = isHead
    }

    var body: Body { received.withLock { $0 } }

    func begin(_ response: Response) throws(TransferError) {
        received.withLock {
            $0 = Body(shown: !isHead && TracedExchange.showsBody(of: response) ? [] : nil)
        }
        try base.begin(response)
    }

    func receive(_ bytes: UnsafeRawBufferPointer) throws(TransferError) {
        received.withLock { body in
            body.count += bytes.count
            let room = Self.limit - (body.shown?.count ?? 0)
            body.shown?.append(contentsOf: bytes.prefix(room))
        }
        try base.receive(bytes)
    }
}
