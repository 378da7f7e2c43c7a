import HTTPTransport
import Synchronization

/// Forwards the body of a successful response, and keeps the beginning of an error's body to explain it.
final class AnswerSink: ResponseSink {
    /// The most bytes of an error's body that are kept.
    private static let explanationLimit = 64 * 1024
    /// The most bytes of an error's body that are received; a longer body ends the exchange.
    private static let receiveLimit = 1024 * 1024

    private struct State {
        var isGood = false
        var explanation: [UInt8] = []
        var received = 0
    }

    private let good: any ResponseSink
    private let state = Mutex(State())

    init(_ good: any ResponseSink) { self.good = good }

    /// The beginning of the last error's body.
    var explanation: [UInt8] { state.withLock { $0.explanation } }

    func begin(_ response: Response) throws(TransferError) {
        let isGood = (200..<300).contains(response.status)
        state.withLock { $0 = State(isGood: isGood) }
        if isGood { try good.begin(response) }
    }

    func receive(_ bytes: UnsafeRawBufferPointer) throws(TransferError) {
        if state.withLock({ $0.isGood }) { return try good.receive(bytes) }
        let isTooMuch = state.withLock { state in
            state.explanation += bytes.prefix(Self.explanationLimit - state.explanation.count)
            state.received += bytes.count
            return state.received > Self.receiveLimit
        }
        if isTooMuch {
            throw TransferError(.tooLarge, "the error response has more than \(Self.receiveLimit) bytes")
        }
    }
}
