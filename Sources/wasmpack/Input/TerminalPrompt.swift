import Diagnostics
import HostSystem
import SystemPackage

/// Asks the user at the terminal.
///
/// Questions and answers use the terminal directly, so that both output streams can be redirected.
struct TerminalPrompt: ~Copyable {
    /// A terminal passes on lines of at most 4095 bytes and silently drops the rest.
    private static let lineLimit = 4094

    private let terminal: FileDescriptor

    /// Opens the terminal; `nil` if standard input is not a terminal.
    init?() {
        guard StandardInput.isTerminal,
            let terminal = try? FileDescriptor.open("/dev/tty", .readWrite, options: [.closeOnExec])
        else { return nil }
        self.terminal = terminal
    }

    deinit { try? terminal.close() }

    /// Asks for a line that is shown while it is typed.
    borrowing func line(_ question: String) async throws(Failure) -> String {
        let terminal = terminal
        return try await Screen.main.whileAsking { () async throws(Failure) in
            Self.write(question, on: terminal)
            return try await Self.answer(on: terminal)
        }
    }

    /// Asks for a line that is not shown while it is typed.
    borrowing func secret(_ question: String) async throws(Failure) -> String {
        let terminal = terminal
        let resumed: @Sendable () -> Void = { Self.write(question, on: terminal) }
        return try await Screen.main.whileAsking { () async throws(Failure) in
            try await EchoSuppression.during(terminal, resumed: resumed) { () async throws(Failure) in
                Self.write(question, on: terminal)
                return try await Self.answer(on: terminal)
            }
        }
    }

    private static func write(_ question: String, on terminal: FileDescriptor) {
        _ = try? terminal.writeAll((question.printable + ": ").utf8)
    }

    private static func answer(on terminal: FileDescriptor) async throws(Failure) -> String {
        var bytes: [UInt8] = []
        repeat {
            let piece = try await terminal.nextInput("the answer")
            guard !piece.isEmpty else {
                endLine(on: terminal)
                throw Failure(
                    .usage,
                    bytes.isEmpty ? "nothing was typed" : "the input did not end with Enter"
                )
            }
            bytes += piece
        } while bytes.last != 0x0A
        bytes.removeLineEnd()
        guard !bytes.isEmpty else { throw Failure(.usage, "nothing was typed") }
        guard bytes.count < lineLimit, let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(
                .usage,
                "the typed text cannot be used",
                why: "it is not valid UTF-8, or it is too long for a terminal",
                try: ["use --password-stdin, which accepts longer passwords"]
            )
        }
        return text
    }

    private static func endLine(on terminal: FileDescriptor) { _ = try? terminal.writeAll("\n".utf8) }
}
