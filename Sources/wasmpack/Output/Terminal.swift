import Diagnostics
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The two streams of the process: results on one, everything else on the other.
enum Terminal {
    /// Whether standard error is a terminal that can move its cursor.
    static let isInteractive = isatty(STDERR_FILENO) == 1 && getenv("CI") == nil && !isDumb

    private static let isDumb = getenv("TERM").map { String(cString: $0) == "dumb" } ?? true

    /// Whether colour is wanted on standard error, by the choice made and the environment's conventions.
    static func usesColor(_ choice: ColorChoice) -> Bool {
        func isSet(_ name: String) -> Bool { getenv(name).map { $0.pointee != 0 } ?? false }
        return switch choice {
        case .always: true
        case .never: false
        case .auto where isSet("NO_COLOR"): false
        case .auto where isSet("CLICOLOR_FORCE"): true
        case .auto: isInteractive && getenv("CLICOLOR").map { String(cString: $0) } != "0"
        }
    }

    /// Writes a result; a reader that has gone away ends the process quietly.
    static func standardOutput(_ text: String) { standardOutput(Array(text.utf8)) }

    /// Writes a result byte for byte.
    static func standardOutput(_ bytes: [UInt8]) { bytes.withUnsafeBytes { standardOutput($0) } }

    /// Writes a result byte for byte.
    static func standardOutput(_ bytes: UnsafeRawBufferPointer) {
        do {
            try FileDescriptor.standardOutput.writeAll(bytes)
        } catch Errno.brokenPipe {
            exit(.done)
        } catch {
            standardError(
                "error[\(Failure.Code.fileUnwritable.rawValue)]: standard output cannot be written\n"
            )
            exit(.inputOutput)
        }
    }

    /// Writes for people; that nobody reads it is no error.
    static func standardError(_ text: String) {
        _ = try? FileDescriptor.standardError.writeAll(text.utf8)
    }

    /// Ends the process.
    static func exit(_ status: ExitStatus) -> Never {
        #if canImport(Glibc)
            Glibc.exit(status.rawValue)
        #elseif canImport(Musl)
            Musl.exit(status.rawValue)
        #else
            Darwin.exit(status.rawValue)
        #endif
    }
}
