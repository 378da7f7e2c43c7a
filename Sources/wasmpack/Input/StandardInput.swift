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
    /// The longest secret that is read, in bytes.
    private static let limit = 64 * 1024

    /// Whether a person sits at it.
    static var isTerminal: Bool { isatty(STDIN_FILENO) == 1 }

    /// A password, as ``secret(_:flag:)`` reads it.
    static func password() throws(Failure) -> String {
        try secret("password", flag: "--username NAME --password-stdin")
    }

    /// A token that stands for a password, as ``secret(_:flag:)`` reads it.
    static func identityToken() throws(Failure) -> String {
        try secret("identity token", flag: "--identity-token-stdin")
    }

    /// A secret: everything up to the end, without one line end.
    private static func secret(_ what: String, flag: String) throws(Failure) -> String {
        let remedy = "printf %s \"$SECRET\" | wasmpack … \(flag)"
        guard !isTerminal else {
            throw Failure(
                .usage,
                "standard input is a terminal, which would show the \(what)",
                try: [remedy]
            )
        }
        var bytes: [UInt8] = []
        while bytes.count <= limit {
            let piece = try FileDescriptor.standardInput.nextInput("the \(what)")
            if piece.isEmpty { break }
            bytes += piece
        }
        bytes.removeLineEnd()
        guard !bytes.isEmpty else {
            throw Failure(.usage, "there is no \(what) on standard input", try: [remedy])
        }
        guard bytes.count <= limit, let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(
                .usage,
                "what is on standard input is no \(what)",
                why: "it is too long or not UTF-8"
            )
        }
        return text
    }
}

extension FileDescriptor {
    /// The next bytes of something that may take its time; none at its end.
    ///
    /// Throws ``Failure/Code/interrupted`` when the task is cancelled meanwhile: a blocking read would not hear of that.
    func nextInput(_ what: String) throws(Failure) -> [UInt8] {
        var input = pollfd(fd: rawValue, events: Int16(POLLIN), revents: 0)
        while true {
            let count = poll(&input, 1, 100)
            if Task.isCancelled { throw Failure(.interrupted, "interrupted") }
            if count > 0 || count < 0 && errno != EINTR { break }
        }
        do {
            return try [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
                count = try read(into: UnsafeMutableRawBufferPointer(buffer))
            }
        } catch {
            throw Failure(.fileUnreadable, "\(what) cannot be read", cause: error)
        }
    }
}

extension [UInt8] {
    /// Takes one line end away: LF, CR LF or CR.
    mutating func removeLineEnd() {
        if last == 0x0A { removeLast() }
        if last == 0x0D { removeLast() }
    }
}
