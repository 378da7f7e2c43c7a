import Diagnostics
import Synchronization

/// Tells people on standard error what happens, as much of it as they want to know.
final class Reporter: EventSink {
    private let isQuiet: Bool
    private let isVerbose: Bool
    /// Whether exchanges are to be traced.
    let isTracing: Bool
    private let usesColor: Bool
    private let progress: Mutex<TransferProgress>
    private let saidOnce = Mutex<Set<String>>([])

    init(_ options: OutputOptions) {
        isQuiet = options.quiet
        isVerbose = options.verbose || options.debug
        isTracing = options.debug
        usesColor = Terminal.usesColor(options.color)
        progress = Mutex(
            TransferProgress(isMoving: Terminal.isInteractive && !options.noProgress && !options.quiet)
        )
        if isTracing { write(Program.origin + "\n\n\n") }
    }

    func record(_ event: Event) {
        switch event {
        case .step(let verb, let text): say(verb, text)
        case .note(let text):
            if saidOnce.withLock({ $0.insert(text).inserted }) { say("note", text) }
        case .warning(let text): warn(text)
        case .detail(let text): if isVerbose { say("detail", text) }
        // Its lines are printable one by one. Two blank lines tell one exchange from the next.
        case .trace(let text): if isTracing { write(text + "\n\n\n") }
        case .transfer(let transfer): report(transfer)
        }
    }

    /// Warns, unless the same warning was given before.
    func warnOnce(_ text: String) {
        if saidOnce.withLock({ $0.insert(text).inserted }) { warn(text) }
    }

    /// One line: what is done, and to what.
    private func say(_ verb: String, _ text: String) {
        guard !isQuiet else { return }
        write(Self.line(verb, text))
    }

    private func warn(_ text: String) {
        guard !isQuiet else { return }
        let word = usesColor ? "\u{1B}[33mwarning\u{1B}[0m" : "warning"
        write("\(word): \(text.printable)\n")
    }

    private func report(_ transfer: Transfer) {
        guard !isQuiet else { return }
        progress.withLock { Terminal.standardError($0.text(for: transfer)) }
    }

    private func write(_ line: String) {
        progress.withLock { progress in
            Terminal.standardError(progress.erasing() + line)
        }
    }

    /// The lines of both modes have the same words; without a terminal each begins with the program's name.
    static func line(_ verb: String, _ text: String) -> String {
        guard Terminal.isInteractive else { return "wasmpack: \(verb) \(text.printable)\n" }
        return "  \(verb.padded(to: 8)) \(text.printable)\n"
    }
}

extension String {
    /// The text with spaces behind it, so that it is at least so long.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
