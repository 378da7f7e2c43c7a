import Diagnostics
import Synchronization

/// Reports events on standard error, as much as the output options ask for.
final class Reporter: EventSink {
    private let isQuiet: Bool
    private let isVerbose: Bool
    /// Whether exchanges are traced.
    let isTracing: Bool
    private let screen: Screen
    private let hints: HintCompletion
    private let reported = Mutex<Set<String>>([])

    init(_ options: OutputOptions, _ hints: HintCompletion, on screen: Screen = .main) {
        self.hints = hints
        isQuiet = options.quiet
        isVerbose = options.verbose || options.debug
        isTracing = options.debug
        self.screen = screen
        screen.configure(options)
        if isTracing { screen.write(Program.origin + "\n\n\n") }
    }

    func record(_ event: Event) {
        switch event {
        case .step(let label, let text): write([Row(label, text)])
        case .note(let text): if isNew(text) { write([Row("note", text)]) }
        case .warning(let text, let hints): warn(text, hints)
        case .detail(let text): if isVerbose { write([Row("detail", text)]) }
        // Each line is already printable. Two blank lines separate exchanges.
        case .trace(let text): if isTracing { screen.write(text + "\n\n\n") }
        case .transfer(let transfer): screen.track { $0.update(transfer, passes: 1, at: $1) }
        case .work(let work):
            screen.track { meter, now in
                meter.update(work, at: now)
                return nil
            }
        }
    }

    /// Warns, unless the same warning was already given.
    func warnOnce(_ text: String) {
        if isNew(text) { warn(text, []) }
    }

    /// Writes rows.
    func write(_ rows: [Row]) {
        if !isQuiet { screen.write(rows) }
    }

    private func isNew(_ text: String) -> Bool { reported.withLock { $0.insert(text).inserted } }

    private func warn(_ text: String, _ hints: [String]) {
        guard !isQuiet else { return }
        let hints = hints.map { self.hints.completed($0) }
        screen.write([Row("warning", text, tone: .caution)] + hints.map(Row.remedy))
        screen.annotate(.warning, title: "wasmpack", [text] + hints.map { "try: \($0)" })
    }
}

/// Reports the transfers of one copy, each with one line when it has ended.
struct TransferSink: EventSink {
    /// Smaller blobs are not worth a line in a log.
    private static let leastSizeInLogs = 64 * 1024

    let reporter: Reporter
    let screen: Screen
    /// What has happened to a blob: `sent`.
    let verb: String
    /// How often the bytes of a blob are moved.
    let passes: Int

    func record(_ event: Event) {
        guard case .transfer(let transfer) = event else { return reporter.record(event) }
        let took = screen.track { $0.update(transfer, passes: passes, at: $1) }
        let outcome: String
        switch transfer.stage {
        case .started, .received, .moved: return
        case .finished: outcome = verb + (took.flatMap(Self.time) ?? "")
        case .exists: outcome = "already exists"
        case .mounted: outcome = "mounted"
        }
        guard screen.isInteractive || transfer.size >= Self.leastSizeInLogs else { return }
        let name = transfer.digest.prefix(19)
        reporter.write([Row(transfer.role, "\(name)  \(ByteCount(transfer.size))  \(outcome)")])
    }

    /// Returns the time of a transfer, if it is worth mentioning.
    private static func time(_ took: Duration) -> String? {
        guard took >= .seconds(1) else { return nil }
        return " in \(ProgressReading.formatted(seconds: Int(took.components.seconds)))"
    }
}

extension Reporter {
    /// Returns a sink for the transfers of one copy.
    func transfers(_ verb: String, passes: Int = 1) -> TransferSink {
        TransferSink(reporter: self, screen: screen, verb: verb, passes: passes)
    }
}
