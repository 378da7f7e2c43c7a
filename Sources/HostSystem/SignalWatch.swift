import Dispatch

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Has a body run on a queue for each of these signals that comes, until the watch is given up.
///
/// None is missed or has another effect once this returns. Afterwards each is without any effect. A signal can be watched
/// once in a process's life, for more is not made of it by libdispatch.
final class SignalWatch {
    typealias Handler = @convention(c) (CInt) -> Void

    private let sources: [any DispatchSourceSignal]
    private let before: [(number: CInt, handler: Handler?)]

    /// Watches signals.
    ///
    /// - Parameters:
    ///   - numbers: which.
    ///   - leavingIgnored: whether those that are ignored already stay so, as `nohup` wants it of SIGHUP.
    ///   - queue: where the body runs.
    ///   - body: is given the signal's number.
    init(
        _ numbers: [CInt],
        leavingIgnored: Bool = false,
        on queue: DispatchQueue,
        _ body: @escaping @Sendable (CInt) -> Void
    ) {
        let registered = DispatchGroup()
        before = numbers.map { ($0, signal($0, SIG_IGN)) }
            .filter { !leavingIgnored || !Self.isIgnored($0.1) }
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

    /// Whether what `signal` gives back means that the signal had no effect.
    static func isIgnored(_ handler: Handler?) -> Bool {
        unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// Gives each signal the effect that it had before.
    func giveBack() {
        for (number, handler) in before { signal(number, handler) }
    }

    deinit { for source in sources { source.cancel() } }
}
