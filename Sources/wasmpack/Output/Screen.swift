import Diagnostics
import Dispatch
import HostSystem
import Synchronization
import SystemPackage

/// The only writer to standard output and standard error.
///
/// Tracks the progress line, which is erased before other output. Results go to standard output, everything else to standard
/// error. On a terminal, the last line of standard error is the progress, drawn again at most ten times a second. The cursor
/// stays at its start, so that the line can be erased even after a narrower window has wrapped it.
final class Screen: Sendable {
    /// The screen of this process.
    static let main = Screen()

    private static let drawingPeriod = DispatchTimeInterval.milliseconds(100)
    private static let erasing = "\r\u{1B}[J"
    /// Turns line wrapping off, so that a line wider than a shrunken window is cut and leaves nothing behind.
    private static let wrapping = (off: "\u{1B}[?7l", on: "\u{1B}[?7h")

    private struct State {
        var color = ColorChoice.auto
        var showsProgress = false
        var annotates = false
        var meter = ProgressMeter()
        var isDrawn = false
        /// Whether the user is being asked a question.
        var isAsking = false
        /// Whether standard output has an unfinished line on the terminal.
        var isWithinLine = false
        var timer: (any DispatchSourceTimer)?
        var lastLine: ContinuousClock.Instant?
    }

    private let rules: TerminalRules
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "screen")
    /// Whether the progress can be drawn again in place.
    let isInteractive: Bool
    private let outputIsTerminal: Bool
    private let errorIsTerminal: Bool

    private init() {
        rules = .current
        // The default until the options are parsed.
        let annotates =
            rules.isGitHubActions && (try? ProgramArguments.read())?.contains("--no-annotations") != true
        state.withLock { $0.annotates = annotates }
        outputIsTerminal = TerminalSize.isTerminal(.standardOutput)
        errorIsTerminal = TerminalSize.isTerminal(.standardError)
        isInteractive = errorIsTerminal && rules.allowsRedrawing
        if isInteractive { TerminalSize.onChange(queue) { Screen.main.draw(afterResizing: true) } }
    }

    /// Applies the output options.
    func configure(_ options: OutputOptions) {
        state.withLock { state in
            state.color = options.color
            state.showsProgress = !options.quiet && !options.noProgress
            state.annotates = rules.isGitHubActions && !options.noAnnotations
        }
    }

    /// The style of standard error, by default with the color of the options.
    func errorStyle(_ color: ColorChoice? = nil) -> Style {
        style(color ?? self.color, isTerminal: errorIsTerminal)
    }

    private var color: ColorChoice { state.withLock { $0.color } }

    private func style(_ color: ColorChoice, isTerminal: Bool) -> Style {
        Style(hasColor: rules.hasColor(color, isTerminal: isTerminal), hasUnicode: rules.hasUnicode)
    }

    /// Whether warnings and errors are also written as annotations of GitHub Actions.
    var annotates: Bool { state.withLock { $0.annotates } }

    /// The columns of standard error; `nil` if it is not a terminal.
    var errorColumns: Int? { errorIsTerminal ? TerminalSize.columns(.standardError) : nil }

    /// The columns of standard output; `nil` if it is not a terminal.
    var outputColumns: Int? { outputIsTerminal ? TerminalSize.columns(.standardOutput) : nil }

    // MARK: Writing

    /// Writes rows on standard error, on the grid of steps.
    func write(_ rows: [Row]) {
        write(Grid.steps.text(rows, errorStyle(), columns: errorColumns))
    }

    /// Writes lines on standard error; errors are ignored.
    func write(_ lines: String) {
        state.withLock { state in write(lines, &state) }
    }

    /// Writes an annotation, if annotations are enabled.
    func annotate(_ kind: WorkflowCommands.Kind, title: String, _ lines: [String]) {
        guard annotates else { return }
        let message = lines.map { $0.truncated(to: WrappableText.limit).printable }.joined(separator: "\n")
        let line = WorkflowCommands.annotation(kind, title: title, message)
        state.withLock { state in
            erase(&state)
            Self.writeError(line)
        }
    }

    private func write(_ lines: String, _ state: inout State) {
        erase(&state)
        Self.writeError(guarded(lines))
    }

    /// Writes a report on standard output.
    func print(_ rows: [Row]) throws(Failure) {
        let style = style(color, isTerminal: outputIsTerminal)
        try print(Grid.reports.text(rows, style, columns: outputColumns))
    }

    /// Writes text on standard output.
    func print(_ text: String) throws(Failure) { try print(bytes: Array(guarded(text).utf8)) }

    /// Writes a JSON document on standard output, as one line without control characters.
    func print(json document: String) throws(Failure) {
        let document = document.printableJSON
        let guarded = rules.isGitHubActions ? WorkflowCommands.neutralizedJSON(document) : document
        try print(bytes: Array((guarded + "\n").utf8))
    }

    /// Writes bytes on standard output, unchanged.
    func print(bytes: [UInt8]) throws(Failure) {
        try bytes.withUnsafeBytesTyped { (bytes) throws(Failure) in try print(bytes: bytes) }
    }

    /// Writes bytes on standard output, unchanged.
    ///
    /// Throws ``Failure/Code/fileUnwritable`` or ``Failure/Code/diskFull``; with ``BrokenPipe`` as its cause if the reader
    /// closed the pipe, which is not reported.
    func print(bytes: UnsafeRawBufferPointer) throws(Failure) {
        // Wait until the line is complete, because both streams share the terminal.
        state.withLock { state in
            erase(&state)
            if outputIsTerminal, let last = bytes.last { state.isWithinLine = last != UInt8(ascii: "\n") }
        }
        try Terminal.write(bytes)
    }

    private func guarded(_ text: String) -> String {
        rules.isGitHubActions ? WorkflowCommands.neutralized(text) : text
    }

    private static func writeError(_ text: String) {
        _ = try? FileDescriptor.standardError.writeAll(text.utf8)
    }

    /// Runs a function that asks the user something, while nothing is drawn.
    func whileAsking<Value>(_ body: () async throws(Failure) -> Value) async throws(Failure) -> Value {
        state.withLock { state in
            erase(&state)
            state.isAsking = true
        }
        defer { state.withLock { $0.isAsking = false } }
        return try await body()
    }

    // MARK: Progress

    /// Records progress, which is drawn on the next tick.
    ///
    /// Returns the duration of a transfer that ended.
    @discardableResult
    func track(_ change: (inout ProgressMeter, ProgressMeter.Instant) -> Duration?) -> Duration? {
        state.withLock { state in
            let took = change(&state.meter, .now)
            if state.showsProgress, state.meter.isActive, state.timer == nil { state.timer = startedTimer() }
            return took
        }
    }

    /// Erases the progress before exit, unless a blocked write holds the lock.
    func clear() { _ = state.withLockIfAvailable { erase(&$0) } }

    private func startedTimer() -> any DispatchSourceTimer {
        let timer = DispatchSource.makeTimerSource(queue: queue)
        timer.schedule(deadline: .now() + Self.drawingPeriod, repeating: Self.drawingPeriod)
        timer.setEventHandler { [weak self] in self?.draw() }
        timer.activate()
        return timer
    }

    private func draw(afterResizing: Bool = false) {
        state.withLock { state in
            guard state.meter.isActive else {
                erase(&state)
                state.timer?.cancel()
                state.timer = nil
                return
            }
            if afterResizing, !state.isDrawn { return }
            guard state.showsProgress, !state.isAsking, !state.isWithinLine else { return }
            let now = ContinuousClock.now
            guard let reading = state.meter.reading(at: now) else { return }
            if isInteractive {
                redraw(reading, &state)
            } else {
                writeLine(reading, at: now, &state)
            }
        }
    }

    private func redraw(_ reading: ProgressReading, _ state: inout State) {
        let columns = TerminalSize.columns(.standardError)
        // One column less, because a full line may already move the cursor to the next line.
        let line = reading.line(within: columns - 1, style(state.color, isTerminal: true))
        let (off, on) = Self.wrapping
        Self.writeError((state.isDrawn ? Self.erasing : "") + off + line + "\r" + on)
        state.isDrawn = true
    }

    private func writeLine(_ reading: ProgressReading, at now: ContinuousClock.Instant, _ state: inout State)
    {
        let last = state.lastLine ?? now - ProgressMeter.delay
        if state.lastLine == nil { state.lastLine = last }
        guard now - last >= ProgressMeter.linePeriod else { return }
        state.lastLine = now
        let row = Row(reading.label, reading.plainLine)
        Self.writeError(Grid.steps.text([row], style(state.color, isTerminal: false), columns: nil))
    }

    private func erase(_ state: inout State) {
        guard state.isDrawn else { return }
        Self.writeError(Self.erasing)
        state.isDrawn = false
    }
}
