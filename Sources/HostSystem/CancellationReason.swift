import Diagnostics
import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Why all work is given up.
enum CancellationReason: Sendable {
    case signal(CInt)
    case timeIsUp(Duration)

    /// What it means for who started the work.
    var failure: Failure {
        switch self {
        case .signal(SIGTERM): Failure(.terminated, "terminated")
        case .signal(SIGHUP): Failure(.hangup, "the terminal has gone")
        case .signal: Failure(.interrupted, "interrupted")
        case .timeIsUp(let limit):
            Failure(
                .timedOut,
                "not done within \(limit.inSeconds) s",
                why: "that was the limit of the whole command (--timeout)",
                try: ["a longer --timeout", "or --verbose, which shows what takes so long"]
            )
        }
    }
}

/// Whether work is given up, and how that is done.
final class CancellationState: Sendable {
    private struct State {
        var reason: CancellationReason?
        var cancel: (@Sendable () -> Void)?
    }

    let queue = DispatchQueue(label: "signals")
    private let state = Mutex(State())

    var reason: CancellationReason? { state.withLock { $0.reason } }

    /// Takes note of a reason; tells whether it is the first one, which cancels the work.
    func isFirst(_ reason: CancellationReason) -> Bool {
        state.withLock { state in
            guard state.reason == nil else { return false }
            state.reason = reason
            state.cancel?()
            return true
        }
    }

    /// Says how the work is cancelled, which it is at once if there is a reason already.
    func cancels(by cancel: @escaping @Sendable () -> Void) {
        state.withLock { state in
            state.cancel = cancel
            if state.reason != nil { cancel() }
        }
    }
}

extension Duration {
    /// The duration in nanoseconds, at most thirty years.
    var wholeNanoseconds: Int {
        let (seconds, attoseconds) = components
        return Int(min(max(seconds, 0), 1_000_000_000)) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
    }

    /// The seconds, with as many decimals as there are.
    fileprivate var inSeconds: String {
        let (seconds, attoseconds) = components
        return attoseconds == 0 ? "\(seconds)" : "\(Double(seconds) + Double(attoseconds) / 1e18)"
    }
}
