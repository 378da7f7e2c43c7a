import Dispatch

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Runs a function on a queue for each of these signals, until `deinit`.
///
/// After `init`, no signal is missed and none has its default effect. After `deinit`, the signals are ignored. libdispatch
/// supports only one watch per signal in the life of a process.
final class SignalWatch {
    typealias Handler = @convention(c) (CInt) -> Void

    private let sources: [any DispatchSourceSignal]
    private let before: [(number: CInt, handler: Handler?)]

    /// Watches signals.
    ///
    /// - Parameters:
    ///   - numbers: the numbers of the signals.
    ///   - keepingIgnored: whether ignored signals stay ignored, as `nohup` requires for SIGHUP.
    ///   - queue: the queue of the function.
    ///   - body: a function that receives the signal's number.
    init(
        _ numbers: [CInt],
        keepingIgnored: Bool = false,
        on queue: DispatchQueue,
        _ body: @escaping @Sendable (CInt) -> Void
    ) {
        let registered = DispatchGroup()
        before = numbers.map { ($0, signal($0, SIG_IGN)) }
            .filter { !keepingIgnored || !Self.isIgnored($0.1) }
        sources = before.map { number, _ in
            registered.enter()
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setRegistrationHandler { registered.leave() }
            source.setEventHandler { body(number) }
            source.activate()
            return source
        }
        registered.wait()
    }

    /// Returns whether a handler that `signal` returned ignores the signal.
    static func isIgnored(_ handler: Handler?) -> Bool {
        unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// Restores the previous handler of each signal.
    func restoreHandlers() {
        for (number, handler) in before { signal(number, handler) }
    }

    deinit { for source in sources { source.cancel() } }
}
