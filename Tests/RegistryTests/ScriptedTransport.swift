import HTTPTransport
import Synchronization
import Testing

/// A transport that expects fixed requests in order, and returns fixed responses.
final class ScriptedTransport: Transport {
    /// One exchange: the expected request and its outcome.
    struct Exchange: Sendable {
        /// `METHOD URL`.
        let expected: String
        let outcome: Result<Response, TransferError>
        let body: [UInt8]

        /// A response.
        static func answer(
            _ expected: String,
            _ status: Int,
            _ headers: HeaderFields = [:],
            body: String = ""
        ) -> Exchange {
            Exchange(
                expected: expected,
                outcome: .success(Response(status: status, headers: headers)),
                body: Array(body.utf8)
            )
        }

        /// No response.
        static func failure(_ expected: String, _ kind: TransferError.Kind) -> Exchange {
            Exchange(expected: expected, outcome: .failure(TransferError(kind, "as scripted")), body: [])
        }
    }

    private struct State {
        var rest: [Exchange]
        var sent: [Request] = []
    }

    private let state: Mutex<State>

    init(_ exchanges: [Exchange]) { state = Mutex(State(rest: exchanges)) }

    /// The requests sent so far.
    var sent: [Request] { state.withLock { $0.sent } }

    /// The `Authorization` of each request so far.
    var authorizations: [String?] { sent.map { $0.headers["Authorization"] } }

    /// The number of exchanges that are left.
    var remaining: Int { state.withLock { $0.rest.count } }

    func send(_ request: Request, into sink: some ResponseSink) async throws(TransferError) -> Response {
        let actual = "\(request.method.rawValue) \(request.url)"
        let next = state.withLock { state -> Exchange? in
            state.sent.append(request)
            return state.rest.isEmpty ? nil : state.rest.removeFirst()
        }
        guard let next else {
            Issue.record("one request too many: \(actual)")
            throw TransferError(.other, "one request too many: \(actual)")
        }
        #expect(actual == next.expected)
        let response = try next.outcome.get()
        try sink.begin(response)
        do {
            try next.body.withUnsafeBytes { try sink.receive($0) }
        } catch let error as TransferError {
            throw error
        } catch {
            throw TransferError(.other, "\(error)")
        }
        return response
    }
}

/// A transport whose answers wait until the test gives them.
final class GatedTransport: Transport {
    typealias Answer = Result<(Response, String), TransferError>

    /// Yields once for each request that has arrived.
    let arrivals: AsyncStream<Request>
    private let arrived: AsyncStream<Request>.Continuation
    private let waiting = Mutex<[Int: CheckedContinuation<Answer, Never>]>([:])
    private let count = Mutex(0)

    init() { (arrivals, arrived) = AsyncStream.makeStream() }

    /// The number of requests that have arrived.
    var requests: Int { count.withLock { $0 } }

    /// Answers the oldest waiting request.
    func answer(_ status: Int, _ body: String) {
        let next = waiting.withLock { waiting in
            waiting.keys.min().flatMap { waiting.removeValue(forKey: $0) }
        }
        next?.resume(returning: .success((Response(status: status), body)))
    }

    func send(_ request: Request, into sink: some ResponseSink) async throws(TransferError) -> Response {
        let number = count.withLock { count in
            count += 1
            return count
        }
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                waiting.withLock { $0[number] = continuation }
                arrived.yield(request)
                if Task.isCancelled { cancel(number) }
            }
        } onCancel: {
            cancel(number)
        }
        let (response, body) = try answer.get()
        try sink.begin(response)
        do {
            try Array(body.utf8).withUnsafeBytes { try sink.receive($0) }
        } catch {
            throw TransferError(.other, "\(error)")
        }
        return response
    }

    private func cancel(_ number: Int) {
        let canceled = waiting.withLock { $0.removeValue(forKey: number) }
        canceled?.resume(returning: .failure(TransferError(.canceled, "canceled")))
    }
}
