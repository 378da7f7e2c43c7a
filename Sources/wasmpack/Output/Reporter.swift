import Diagnostics
import Synchronization

/// Reports events on standard error, as much as the output options ask for.
final class Reporter: EventSink {
    private let isQuiet: Bool
    private let isVerbose: Bool
    /// Whether exchanges are traced.
    let isTracing: Bool
    private let usesColor: Bool
    private let progress: Mutex<TransferProgress>
    private let reported = Mutex<Set<String>>([])

    init(_ options: OutputOptions) {
        isQuiet = options.quiet
        isVerbose = options.verbose || options.debug
        isTracing = options.debug
        usesColor = Terminal.usesColor(options.color)
        progress = Mutex(
            TransferProgress(updatesLine: Terminal.isInteractive && !options.noProgress && !options.quiet)
        )
        if isTracing { write(Program.origin + "\n\n\n") }
    }

    func record(_ event: Event) {
        switch event {
        case .step(let verb, let text): writeStep(verb, text)
        case .note(let text):
            if reported.withLock({ $0.insert(text).inserted }) { writeStep("note", text) }
        case .warning(let text): warn(text)
        case .detail(let text): if isVerbose { writeStep("detail", text) }
        // Each line is already printable. Two blank lines separate exchanges.
        case .trace(let text): if isTracing { write(text + "\n\n\n") }
        case .transfer(let transfer): report(transfer)
        }
    }

    /// Warns, unless the same warning was already given.
    func warnOnce(_ text: String) {
        if reported.withLock({ $0.insert(text).inserted }) { warn(text) }
    }

    /// Writes one line: a verb and its object.
    private func writeStep(_ verb: String, _ text: String) {
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

    /// Returns a line for standard error; without a terminal it begins with the program's name.
    static func line(_ verb: String, _ text: String) -> String {
        guard Terminal.isInteractive else { return "wasmpack: \(verb) \(text.printable)\n" }
        return "  \(verb.padded(to: 8)) \(text.printable)\n"
    }
}

extension String {
    /// Returns the text, padded with spaces on the right to at least `width` characters.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
