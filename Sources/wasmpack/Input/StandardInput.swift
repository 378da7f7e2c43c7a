import Diagnostics
import HostSystem
import SystemPackage

/// Passwords and tokens from standard input.
enum StandardInput {
    /// The longest secret that is read, in bytes.
    private static let limit = 64 * 1024

    /// Whether standard input is a terminal.
    static var isTerminal: Bool { TerminalSize.isTerminal(.standardInput) }

    /// Reads a password, like ``secret(_:flag:)``.
    static func password() async throws(Failure) -> String {
        try await secret("password", flag: "--username NAME --password-stdin")
    }

    /// Reads an identity token, like ``secret(_:flag:)``.
    static func identityToken() async throws(Failure) -> String {
        try await secret("identity token", flag: "--identity-token-stdin")
    }

    /// Reads a document up to the end of input.
    ///
    /// Throws ``Failure/Code/usage`` for a terminal, and for a document of more than `limit` bytes.
    static func document(_ what: String, limit: Int) async throws(Failure) -> [UInt8] {
        guard !isTerminal else {
            throw Failure(.usage, "standard input is a terminal, not a \(what)")
        }
        var bytes: [UInt8] = []
        while bytes.count <= limit {
            let piece = try await FileDescriptor.standardInput.nextInput("the \(what)")
            if piece.isEmpty { return bytes }
            bytes += piece
        }
        throw Failure(.usage, "the \(what) on standard input has more than \(limit) bytes")
    }

    /// Reads a secret up to the end of input, and removes one line end.
    private static func secret(_ what: String, flag: String) async throws(Failure) -> String {
        let remedy = "write printf %s \"$SECRET\" | before the command, with \(flag)"
        guard !isTerminal else {
            throw Failure(
                .usage,
                "standard input is a terminal, which would show the \(what)",
                try: [remedy]
            )
        }
        var bytes: [UInt8] = []
        while bytes.count <= limit {
            let piece = try await FileDescriptor.standardInput.nextInput("the \(what)")
            if piece.isEmpty { break }
            bytes += piece
        }
        bytes.removeLineEnd()
        guard !bytes.isEmpty else {
            throw Failure(.usage, "standard input has no \(what)", try: [remedy])
        }
        guard bytes.count <= limit, let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(
                .usage,
                "standard input is not a valid \(what)",
                why: "it is too long or not UTF-8"
            )
        }
        return text
    }
}

extension [UInt8] {
    /// Removes one line end: LF, CR LF or CR.
    mutating func removeLineEnd() {
        if last == 0x0A { removeLast() }
        if last == 0x0D { removeLast() }
    }
}
