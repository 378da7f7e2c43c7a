import Diagnostics
import HostSystem
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The reader of standard output closed it, as in `wasmpack pull REF -o - | head -c 8`.
struct BrokenPipe: Error {}

/// The end of the process, and writing for ``Screen``.
enum Terminal {
    /// Whether standard output is a terminal, where a secret would stay visible.
    static var showsResults: Bool { TerminalSize.isTerminal(.standardOutput) }

    /// Writes bytes on standard output.
    static func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        do {
            try FileDescriptor.standardOutput.writeAll(bytes)
        } catch let errno as Errno {
            let cause: any Error = errno == .brokenPipe ? BrokenPipe() : errno
            throw Failure(
                errno == .noSpace ? .diskFull : .fileUnwritable,
                "standard output cannot be written: \(errno.description.lowercased())",
                cause: cause
            )
        } catch {
            throw Failure(.internalError, "standard output cannot be written", cause: error)
        }
    }

    /// Ends the process, after its temporary files are removed.
    static func exit(_ status: ExitStatus) -> Never {
        Screen.main.clear()
        TemporaryPaths.removeAll()
        #if canImport(Glibc)
            Glibc.exit(status.rawValue)
        #elseif canImport(Musl)
            Musl.exit(status.rawValue)
        #else
            Darwin.exit(status.rawValue)
        #endif
    }
}
