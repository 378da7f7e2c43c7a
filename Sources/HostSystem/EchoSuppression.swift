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

/// A terminal without echo, for typing a secret.
package struct EchoSuppression {
    /// The signals that end or stop the process and that ``Interruption`` does not handle.
    private static let signals = [SIGTSTP, SIGQUIT]

    private let descriptor: FileDescriptor
    private let original: termios

    /// Runs a function while the terminal's echo is off.
    ///
    /// The echo is restored when the process exits or a signal ends it. SIGQUIT ends the process immediately. Ctrl-Z restores
    /// the echo until the process continues. Ignored signals stay ignored.
    ///
    /// - Parameters:
    ///   - descriptor: the terminal.
    ///   - resumed: called when the process continues after Ctrl-Z, to prompt again.
    ///   - body: a function that reads the secret.
    /// - Returns: the result of the body.
    /// - Throws: errors of the body, and ``Failure/Code/usage`` if the descriptor is not a terminal, or the echo cannot be
    ///   disabled.
    package static func during<Value>(
        _ descriptor: FileDescriptor,
        resumed: @escaping @Sendable () -> Void,
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let queue = DispatchQueue(label: "terminal signals")
        let watch = SignalWatch(signals, keepingIgnored: true, on: queue) { number in
            if number == SIGTSTP { return suspend(resumed) }
            TemporaryPaths.removeAll()
            _exit(128 + number)
        }
        defer { watch.restoreHandlers() }
        try TemporaryPaths.terminal.withLock { current throws(Failure) in
            let terminal = try EchoSuppression(descriptor)
            current = terminal
            guard terminal.disableEcho() else {
                terminal.restoreEcho()
                current = nil
                throw Failure(
                    .usage,
                    "cannot read a secret here: this terminal would show it"
                )
            }
        }
        defer {
            TemporaryPaths.terminal.withLock { current in
                current?.restoreEcho()
                current = nil
            }
        }
        return try await body()
    }

    private init(_ descriptor: FileDescriptor) throws(Failure) {
        self.descriptor = descriptor
        var settings = termios()
        guard tcgetattr(descriptor.rawValue, &settings) == 0 else {
            throw Failure(.usage, "cannot read a secret here: this is not a terminal")
        }
        original = settings
    }

    /// Disables the echo except for the line end, and discards earlier input; returns whether it succeeded.
    private func disableEcho() -> Bool {
        var silent = original
        silent.c_lflag &= ~tcflag_t(ECHO)
        silent.c_lflag |= tcflag_t(ECHONL)
        // tcsetattr succeeds if it made any of the changes, so the result is checked.
        var settings = termios()
        return set(silent, TCSAFLUSH) && tcgetattr(descriptor.rawValue, &settings) == 0
            && settings.c_lflag & tcflag_t(ECHO) == 0
    }

    /// Restores the echo.
    func restoreEcho() {
        // Otherwise this call would stop a background process.
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

    /// Stops this process for Ctrl-Z, and returns when it continues.
    private static func suspend(_ resumed: () -> Void) {
        // Locked until the process continues, so that no other thread changes the terminal meanwhile.
        TemporaryPaths.terminal.withLock { current in
            guard let current else { return }
            current.restoreEcho()
            // Sent to this thread, so that it stops before it continues here.
            raise(SIGSTOP)
            // The terminal was closed meanwhile.
            guard current.disableEcho() else { _exit(128 + SIGHUP) }
            resumed()
        }
    }
}
