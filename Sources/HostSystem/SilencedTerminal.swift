package import Diagnostics
import Dispatch
import Synchronization
package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A terminal that does not show what is typed, for as long as a secret is.
package struct SilencedTerminal {
    /// What ends or stops a process otherwise; the others are those of ``Interruption``.
    private static let signals = [SIGTSTP, SIGQUIT]

    private let descriptor: FileDescriptor
    private let original: termios

    /// Runs a body while what is typed on a terminal is not shown.
    ///
    /// However the process ends meanwhile, by its own will or by a signal, the terminal is as it was. That holds for
    /// SIGQUIT, which ends it at once, and for Ctrl-Z, which only lets it rest; one that was ignored before stays so.
    ///
    /// - Parameters:
    ///   - descriptor: the terminal.
    ///   - resumed: is told when the process goes on after Ctrl-Z, to ask again.
    ///   - body: what reads the secret.
    /// - Returns: what the body returns.
    /// - Throws: what the body throws, and ``Failure/Code/usage`` when it is no terminal, or one that cannot be
    ///   kept from showing what is typed.
    package static func during<Value>(
        _ descriptor: FileDescriptor,
        resumed: @escaping @Sendable () -> Void,
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let queue = DispatchQueue(label: "terminal signals")
        let watch = SignalWatch(signals, leavingIgnored: true, on: queue) { number in
            if number == SIGTSTP { return rest(resumed) }
            TemporaryPaths.discard()
            _exit(128 + number)
        }
        defer { watch.giveBack() }
        try TemporaryPaths.terminal.withLock { current throws(Failure) in
            let terminal = try SilencedTerminal(descriptor)
            current = terminal
            guard terminal.hide() else {
                terminal.show()
                current = nil
                throw Failure(
                    .usage,
                    "no secret can be typed here: this terminal cannot be kept from showing it"
                )
            }
        }
        defer {
            TemporaryPaths.terminal.withLock { current in
                current?.show()
                current = nil
            }
        }
        return try await body()
    }

    private init(_ descriptor: FileDescriptor) throws(Failure) {
        self.descriptor = descriptor
        var settings = termios()
        guard tcgetattr(descriptor.rawValue, &settings) == 0 else {
            throw Failure(.usage, "no secret can be typed here: this is no terminal")
        }
        original = settings
    }

    /// Shows nothing but the line end, or tells that this does not work; what was typed before anyone asked is forgotten.
    private func hide() -> Bool {
        var silent = original
        silent.c_lflag &= ~tcflag_t(ECHO)
        silent.c_lflag |= tcflag_t(ECHONL)
        // The call succeeds when it did anything that it was told to: only a look shows what it did.
        var settings = termios()
        return set(silent, TCSAFLUSH) && tcgetattr(descriptor.rawValue, &settings) == 0
            && settings.c_lflag & tcflag_t(ECHO) == 0
    }

    /// Shows again what is typed.
    func show() {
        // In the background this call would stop the process otherwise.
        let before = signal(SIGTTOU, SIG_IGN)
        _ = set(original, TCSADRAIN)
        signal(SIGTTOU, before)
    }

    private func set(_ settings: termios, _ moment: CInt) -> Bool {
        var settings = settings
        while tcsetattr(descriptor.rawValue, moment, &settings) != 0 {
            guard errno == EINTR else { return false }
        }
        return true
    }

    /// Stops this process as Ctrl-Z asks for, and returns when it is to go on.
    private static func rest(_ resumed: () -> Void) {
        // Locked until it goes on: nobody may find the terminal in a state of its own choice.
        TemporaryPaths.terminal.withLock { current in
            guard let current else { return }
            current.show()
            // To this very thread, so that it does not get further before it stops.
            raise(SIGSTOP)
            // Nobody is left to be asked: the terminal has gone meanwhile.
            guard current.hide() else { _exit(128 + SIGHUP) }
            resumed()
        }
    }
}
