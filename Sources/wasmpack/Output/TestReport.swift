import Diagnostics
import EnvoyRunner
import PluginTesting
import Synchronization

/// The results of `test`: rows as they come, and documents at the end.
final class TestReport: Sendable {
    /// The most lines of a plugin's log below a failed case; `--json` and `--junit` have more.
    private static let logLimit = 10
    /// A case that took at least this long shows its time.
    private static let noticeableTime = Duration.seconds(1)

    private struct State {
        var suites: [TestSuite] = []
        var file = ""
        var envoy: FoundEnvoy?
        var failure: Failure?
        /// The row of the file and its Envoy, until it is printed.
        var head: Row?
    }

    private let context: CommandContext
    private let printsRows: Bool
    private let isVerbose: Bool
    private let state = Mutex(State())

    init(_ context: CommandContext, printsRows: Bool, isVerbose: Bool) {
        self.context = context
        self.printsRows = printsRows
        self.isVerbose = isVerbose
    }

    /// Begins the cases of a file in an Envoy.
    func begin(_ file: TestFile, _ envoy: FoundEnvoy, isOnly: Bool) throws(Failure) {
        state.withLock { state in
            state.file = file.name
            state.envoy = envoy
        }
        context.record(.detail("\(file.name) in Envoy \(envoy.version): \(envoy.path)"))
        let head = Row("envoy", "\(envoy.version)" + (isOnly ? "" : "  \(file.name)"))
        if context.output.quiet {
            // Only a failure needs it.
            state.withLock { $0.head = head }
        } else if printsRows {
            try Screen.main.print([head])
        }
    }

    /// Prints the result of a case.
    func record(_ result: CaseResult) {
        guard printsRows, !context.output.quiet || !result.isPassed else { return }
        let head = state.withLock { state in
            defer { state.head = nil }
            return state.head
        }
        do throws(Failure) {
            try Screen.main.print([head].compactMap(\.self) + rows(of: result))
        } catch {
            state.withLock { $0.failure = $0.failure ?? error }
        }
    }

    private func rows(of result: CaseResult) -> [Row] {
        let isSlow = result.duration >= Self.noticeableTime
        let time =
            isSlow
            ? "  in \(ProgressReading.formatted(seconds: Int(result.duration.components.seconds)))"
            : isVerbose ? "  \(Int(result.duration / .milliseconds(1))) ms" : ""
        guard !result.isPassed else { return [Row("ok", result.name + time, tone: .good)] }
        var rows = [Row("FAIL", result.name + time, tone: .bad)]
        rows += result.differences.map { .more($0.text) }
        let hidden = result.log.count - Self.logLimit
        if hidden > 0 { rows.append(.more("log: … \(hidden) lines before")) }
        return rows + result.log.suffix(Self.logLimit).map { .more("log: \($0.level) \($0.message)") }
    }

    /// Ends the cases of a file in an Envoy.
    func end(_ results: [CaseResult]) {
        state.withLock { state in
            state.suites.append(
                TestSuite(file: state.file, envoy: state.envoy?.version ?? "", results: results)
            )
        }
    }

    private var suites: [TestSuite] { state.withLock { $0.suites } }

    /// Whether a case failed.
    var isFailed: Bool { suites.contains { $0.failureCount > 0 } }

    /// The JUnit report.
    var junit: String { JUnitReport.text(suites) }

    /// Prints the end of the report.
    ///
    /// Throws the first error of printing.
    func finish(tap: Bool, target: String?) throws(Failure) {
        if let failure = state.withLock({ $0.failure }) { throw failure }
        let suites = suites
        if tap { return try Screen.main.print(TAPReport.text(suites)) }
        try context.print(TestDocument(suites, target: target), orRows: [summary(suites)])
    }

    private func summary(_ suites: [TestSuite]) -> Row {
        let count = suites.reduce(0) { $0 + $1.results.count }
        let failed = suites.reduce(0) { $0 + $1.failureCount }
        let cases = "\(count) case\(count == 1 ? "" : "s")"
        guard failed > 0 else { return Row("ok", "\(cases) passed", tone: .good) }
        return Row("FAIL", "\(failed) of \(cases) failed", tone: .bad)
    }
}

/// The document of `test --json`.
private struct TestDocument: Encodable {
    let schema = "wasmpack.test/v1"
    let ok: Bool
    let plugin: Nullable<String>
    let passed: Int
    let failed: Int
    let suites: [Suite]

    struct Suite: Encodable {
        let file: String
        let envoy: String
        let cases: [Case]
    }

    struct Case: Encodable {
        let name: String
        let ok: Bool
        let milliseconds: Int
        let differences: [Difference]
        let log: [Line]
    }

    struct Difference: Encodable {
        let subject: String
        let expected: String
        let got: String
        let detail: Nullable<String>
    }

    struct Line: Encodable {
        let level: String
        let message: String
    }

    init(_ suites: [TestSuite], target: String?) {
        plugin = Nullable(target)
        failed = suites.reduce(0) { $0 + $1.failureCount }
        passed = suites.reduce(0) { $0 + $1.results.count } - failed
        ok = failed == 0
        self.suites = suites.map { suite in
            Suite(
                file: suite.file,
                envoy: suite.envoy,
                cases: suite.results.map { result in
                    Case(
                        name: result.name,
                        ok: result.isPassed,
                        milliseconds: Int(result.duration / .milliseconds(1)),
                        differences: result.differences.map {
                            Difference(
                                subject: $0.subject,
                                expected: $0.expected,
                                got: $0.got,
                                detail: Nullable($0.detail)
                            )
                        },
                        log: result.log.map { Line(level: $0.level, message: $0.message) }
                    )
                }
            )
        }
    }
}

/// The document of `test --list --json`.
struct CaseListDocument: Encodable {
    let schema = "wasmpack.test-list/v1"
    let ok = true
    let cases: [Entry]

    struct Entry: Encodable {
        let file: String
        let name: String
    }

    init(_ files: [(file: TestFile, cases: [TestCase])]) {
        cases = files.flatMap { file, cases in
            cases.map { Entry(file: file.name, name: $0.name) }
        }
    }

    /// The names, one a line; with the file if there are several.
    static func text(_ files: [(file: TestFile, cases: [TestCase])]) -> String {
        files.flatMap { file, cases in
            cases.map { (files.count > 1 ? "\(file.name): " : "") + $0.name.printable + "\n" }
        }.joined()
    }
}
