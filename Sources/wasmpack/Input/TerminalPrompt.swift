import Diagnostics
import HostSystem
import SystemPackage

/// Asks the person at the terminal.
///
/// What is asked and answered goes over the terminal itself, so that both output streams may lead elsewhere.
struct TerminalPrompt: ~Copyable {
    /// A terminal hands on lines of at most 4095 bytes, and forgets the rest without a word.
    private static let lineLimit = 4094

    private let terminal: FileDescriptor

    /// Finds the terminal; `nil` when there is nobody to ask: standard input is something else.
    init?() {
        guard StandardInput.isTerminal,
            let terminal = try? FileDescriptor.open("/dev/tty", .readWrite, options: [.closeOnExec])
        else { return nil }
        self.terminal = terminal
    }

    deinit { try? terminal.close() }

    /// Asks for a line that everybody may see.
    borrowing func line(_ question: String) async throws(Failure) -> String {
        Self.say(question, on: terminal)
        return try await Self.answer(on: terminal)
    }

    /// Asks for a line that is not shown while it is typed.
    borrowing func secret(_ question: String) async throws(Failure) -> String {
        let terminal = terminal
        let resumed: @Sendable () -> Void = { Self.say(question, on: terminal) }
        return try await SilencedTerminal.during(terminal, resumed: resumed) { () async throws(Failure) in
            Self.say(question, on: terminal)
            return try await Self.answer(on: terminal)
        }
    }

    private static func say(_ question: String, on terminal: FileDescriptor) {
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
                    bytes.isEmpty ? "nothing was typed" : "what was typed did not end with Enter"
                )
            }
            bytes += piece
        } while bytes.last != 0x0A
        bytes.removeLineEnd()
        guard !bytes.isEmpty else { throw Failure(.usage, "nothing was typed") }
        guard bytes.count < lineLimit, let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(
                .usage,
                "what was typed cannot be used",
                why: "it is not UTF-8, or longer than a terminal's line",
                try: ["--password-stdin, which takes what is longer"]
            )
        }
        return text
    }

    private static func endLine(on terminal: FileDescriptor) { _ = try? terminal.writeAll("\n".utf8) }
}
