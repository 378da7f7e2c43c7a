import Diagnostics
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What is read from standard input.
enum StandardInput {
    /// The longest password that is read, in bytes.
    private static let passwordLimit = 64 * 1024

    /// A password: everything up to the end, without one line end.
    static func password() throws(Failure) -> String {
        guard isatty(STDIN_FILENO) == 0 else {
            throw Failure(
                .usage,
                "standard input is a terminal, which would show the password",
                try: ["printf %s \"$PASSWORD\" | wasmpack … --username NAME --password-stdin"]
            )
        }
        var bytes: [UInt8] = []
        do {
            while bytes.count <= passwordLimit {
                try waitForInput()
                let piece = try [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
                    count = try FileDescriptor.standardInput.read(into: UnsafeMutableRawBufferPointer(buffer))
                }
                if piece.isEmpty { break }
                bytes += piece
            }
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.fileUnreadable, "the password cannot be read from standard input", cause: error)
        }
        if bytes.last == 0x0A { bytes.removeLast() }
        if bytes.last == 0x0D { bytes.removeLast() }
        guard !bytes.isEmpty else {
            throw Failure(
                .usage,
                "there is no password on standard input",
                try: ["printf %s \"$PASSWORD\" | wasmpack … --username NAME --password-stdin"]
            )
        }
        guard bytes.count <= passwordLimit, let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(
                .usage,
                "what is on standard input is not a password",
                why: "it is too long or not UTF-8"
            )
        }
        return text
    }

    /// Waits until there is something to read or the end; a blocking read would not hear of an interruption.
    private static func waitForInput() throws(Failure) {
        var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        while poll(&input, 1, 100) == 0 {
            if Task.isCancelled { throw Failure(.interrupted, "interrupted") }
        }
    }
}
