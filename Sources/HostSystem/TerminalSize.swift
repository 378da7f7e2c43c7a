package import Dispatch
import Synchronization
package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The size of a terminal's window.
package enum TerminalSize {
    /// The columns of a terminal that does not say how many it has.
    private static let usual = 80

    /// Returns whether a descriptor is a terminal.
    package static func isTerminal(_ descriptor: FileDescriptor) -> Bool { isatty(descriptor.rawValue) == 1 }

    /// Returns the number of columns of a terminal, at least 1; 80 if it is unknown.
    package static func columns(_ descriptor: FileDescriptor) -> Int {
        var size = winsize()
        guard ioctl(descriptor.rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return usual }
        return Int(size.ws_col)
    }

    /// Calls a function on a queue whenever the window's size has changed (SIGWINCH).
    ///
    /// Only the first call in the life of a process has an effect.
    package static func onChange(_ queue: DispatchQueue, _ body: @escaping @Sendable () -> Void) {
        watch.withLock { watch in
            if watch == nil { watch = SignalWatch([SIGWINCH], on: queue) { _ in body() } }
        }
    }

    private static let watch = Mutex<SignalWatch?>(nil)
}
