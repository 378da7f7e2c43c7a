import HTTPTransport
import Synchronization

/// Lets the body of a good answer through, and keeps the beginning of a bad one to explain it.
final class AnswerSink: ResponseSink {
    /// How much of a bad answer is kept, in bytes.
    private static let explanationLimit = 64 * 1024
    /// How much of a bad answer is taken, in bytes; what comes after it ends the exchange.
    private static let patience = 1024 * 1024

    private struct State {
        var isGood = false
        var explanation: [UInt8] = []
        var received = 0
    }

    private let good: any ResponseSink
    private let state = Mutex(State())

    init(_ good: any ResponseSink) { self.good = good }

    /// The beginning of the last bad answer's body.
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
            return state.received > Self.patience
        }
        if isTooMuch {
            throw TransferError(.tooLarge, "the text of an error has more than \(Self.patience) bytes")
        }
    }
}
