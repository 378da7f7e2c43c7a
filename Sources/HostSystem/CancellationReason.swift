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

/// The reason why all work is canceled.
enum CancellationReason: Sendable {
    case signal(CInt)
    case timeout(Duration)

    /// The failure to report for the failure of the canceled work: with its certain result and, after a timeout, with what it
    /// waited for.
    func failure(of error: Failure) -> Failure {
        let failure = failure.with(cause: error.cause)
        guard case .timeout = self, error.code == .interrupted, let step = error.why else { return failure }
        // The step may end with a URL.
        return failure.with(why: [failure.why, step].compactMap(\.self).joined(separator: "; "))
    }

    /// The failure to report.
    var failure: Failure {
        switch self {
        case .signal(SIGTERM): Failure(.terminated, "terminated")
        case .signal(SIGHUP): Failure(.hangup, "the terminal was closed")
        case .signal: .interrupted
        case .timeout(let limit):
            Failure(
                .timedOut,
                "not finished within \(limit.inSeconds) s",
                why: "--timeout limits the time of the whole command",
                try: ["use a longer --timeout", "add --verbose to see which step is slow"]
            )
        }
    }
}

/// The state of a cancellation and the action that cancels the work.
final class CancellationState: Sendable {
    private struct State {
        var reason: CancellationReason?
        var cancel: (@Sendable () -> Void)?
    }

    let queue = DispatchQueue(label: "signals")
    private let state = Mutex(State())

    var reason: CancellationReason? { state.withLock { $0.reason } }

    /// Records a reason and cancels the work; returns `false` if there is an earlier reason.
    func record(_ reason: CancellationReason) -> Bool {
        state.withLock { state in
            guard state.reason == nil else { return false }
            state.reason = reason
            state.cancel?()
            return true
        }
    }

    /// Sets the action that cancels the work; calls it immediately if there is a reason.
    func setCancelAction(_ cancel: @escaping @Sendable () -> Void) {
        state.withLock { state in
            state.cancel = cancel
            if state.reason != nil { cancel() }
        }
    }
}

extension Duration {
    /// The duration in nanoseconds, at most about 30 years.
    var wholeNanoseconds: Int {
        let (seconds, attoseconds) = components
        return Int(min(max(seconds, 0), 1_000_000_000)) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
    }

    /// The duration in seconds, with all decimals.
    fileprivate var inSeconds: String {
        let (seconds, attoseconds) = components
        return attoseconds == 0 ? "\(seconds)" : "\(Double(seconds) + Double(attoseconds) / 1e18)"
    }
}
