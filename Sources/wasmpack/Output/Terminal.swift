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

/// The output streams of the process: results on standard output, everything else on standard error.
enum Terminal {
    /// Whether standard error is a terminal that can move its cursor.
    static let isInteractive = isatty(STDERR_FILENO) == 1 && getenv("CI") == nil && !isDumb

    /// Whether standard output is a terminal, where a secret would stay visible.
    static var showsResults: Bool { isatty(STDOUT_FILENO) == 1 }

    private static let isDumb = getenv("TERM").map { String(cString: $0) == "dumb" } ?? true

    /// Whether to use color on standard error, by the user's choice and the environment's conventions.
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

    /// Whether text may have characters outside ASCII, by the variables of the locale (POSIX, "Locale").
    private static let hasUnicode: Bool = {
        let names = ["LC_ALL", "LC_CTYPE", "LANG"]
        let locale = names.lazy.compactMap { getenv($0).map { String(cString: $0) } }.first { !$0.isEmpty }
        return locale.map { $0.lowercased().contains("utf-8") || $0.lowercased().contains("utf8") } ?? false
    }()

    /// The mark before a consumer that accepts the plugin.
    static let checkMark = hasUnicode ? "✓" : "ok"
    /// The mark before a consumer that rejects the plugin.
    static let cross = hasUnicode ? "✗" : "not"

    /// Writes a result.
    static func standardOutput(_ text: String) throws(Failure) { try standardOutput(Array(text.utf8)) }

    /// Writes a result byte for byte.
    static func standardOutput(_ bytes: [UInt8]) throws(Failure) {
        try bytes.withUnsafeBytesTyped { (bytes) throws(Failure) in try standardOutput(bytes) }
    }

    /// Writes a result byte for byte.
    ///
    /// Throws ``Failure/Code/fileUnwritable`` or ``Failure/Code/diskFull``; with ``BrokenPipe`` as its cause if the reader
    /// closed the pipe, which is not reported.
    static func standardOutput(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
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

    /// Writes a message; errors are ignored.
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
