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
    private let sources: [any DispatchSourceSignal]

    init(_ numbers: [CInt], on queue: DispatchQueue, _ body: @escaping @Sendable (CInt) -> Void) {
        let registered = DispatchGroup()
        sources = numbers.map { number in
            registered.enter()
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setRegistrationHandler { registered.leave() }
            source.setEventHandler { body(number) }
            source.activate()
            return source
        }
        registered.wait()
    }

    deinit { for source in sources { source.cancel() } }
}
