import Diagnostics
import EnvoyRunner
import Synchronization

/// Runs one case in an Envoy that has loaded its plugin, or rejected it.
final class CaseRunner: Sendable {
    /// How long to wait for the end of a request in Envoy's access log.
    private static let accessLimit = Duration.seconds(10)
    /// How long to wait for an expected line of the plugin's log after a request: callbacks such as `on_tick` come later.
    private static let logLimit = Duration.seconds(3)
    /// The most lines of a result.
    private static let logSize = 200
    /// The most characters of a line of a result.
    private static let lineSize = 4096

    private let testCase: TestCase
    private let name: String
    private let envoy: RunningEnvoy
    private let upstream: UpstreamRecorder
    private let timeLimit: Duration
    private let blocked = Mutex(false)

    init(
        _ testCase: TestCase,
        name: String,
        in envoy: RunningEnvoy,
        _ upstream: UpstreamRecorder,
        timeLimit: Duration
    ) {
        self.testCase = testCase
        self.name = name
        self.envoy = envoy
        self.upstream = upstream
        self.timeLimit = timeLimit
    }

    /// Whether the plugin blocked Envoy, which must then be killed.
    var isBlocked: Bool { blocked.withLock { $0 } }

    /// Runs the case.
    ///
    /// - Parameter rejection: Envoy's reason for rejecting the plugin; `nil` if it was loaded.
    /// - Returns: the result.
    /// - Throws: ``Failure/Code/interrupted``.
    func run(rejectedBecause rejection: String?) async throws(Failure) -> CaseResult {
        let start = ContinuousClock.now
        var log: [EnvoyLogLine] = []
        // Since the start. What Envoy said about other plugins is not about this one.
        var earlier = envoy.takeOutput(of: name).lines.filter { $0.plugin == name }
        Self.add(earlier, to: &log)
        var differences = loadDifferences(rejection, earlier)
        if differences.isEmpty {
            let end = start + timeLimit
            steps: for (number, step) in testCase.steps.enumerated() {
                for round in 0..<step.count {
                    try checkCancellation()
                    let found = await self.differences(in: step, earlier, until: end, &log)
                    try checkCancellation()
                    earlier = []
                    guard !found.isEmpty else { continue }
                    differences = found.map { difference in
                        Difference(
                            place(number, round, step) + difference.subject,
                            expected: difference.expected,
                            got: difference.got,
                            detail: difference.detail
                        )
                    }
                    break steps
                }
            }
            if differences.isEmpty { differences = await laterDifferences(&log) }
        }
        return CaseResult(
            name: testCase.name,
            differences: differences,
            log: log,
            duration: .now - start
        )
    }

    /// Adds lines to the log of the result, which keeps the last ones.
    private static func add(_ lines: [EnvoyLogLine], to log: inout [EnvoyLogLine]) {
        log += lines.suffix(logSize).map { line in
            EnvoyLogLine(
                level: line.level,
                plugin: line.plugin,
                message: line.message.truncated(to: lineSize)
            )
        }
        log.removeFirst(max(0, log.count - logSize))
    }

    /// A crash or a loop after the last request.
    private func laterDifferences(_ log: inout [EnvoyLogLine]) async -> [Difference] {
        guard await envoy.workerState() == .answers else { return [stopDifference("end of the case")] }
        let lines = envoy.takeOutput(of: name).lines
        Self.add(lines.filter { $0.plugin == name }, to: &log)
        guard let crash = lines.first(where: \.isCrash), testCase.steps.last?.expectation.crashes != true
        else { return [] }
        return [Difference("crash", expected: "no crash", got: crash.message.firstLine.quotedForReport)]
    }

    private func place(_ number: Int, _ round: Int, _ step: TestStep) -> String {
        let name = testCase.steps.count > 1 ? "step \(number + 1)" : ""
        let time = step.count > 1 ? "request \(round + 1)" : ""
        let place = [name, time].filter { !$0.isEmpty }.joined(separator: ", ")
        return place.isEmpty ? "" : place + ": "
    }

    private func loadDifferences(_ rejection: String?, _ startLog: [EnvoyLogLine]) -> [Difference] {
        switch (testCase.expectsRejection, rejection) {
        case (true, nil):
            [Difference("load", expected: "rejected", got: "accepted")]
        case (false, let reason?):
            [Difference("load", expected: "accepted", got: "rejected", detail: reason)]
        case (true, _?): Expectation.differences(testCase.log, startLog)
        case (false, nil): []
        }
    }

    /// Sends a request, and returns what is not as expected.
    private func differences(
        in step: TestStep,
        _ earlier: [EnvoyLogLine],
        until end: ContinuousClock.Instant,
        _ log: inout [EnvoyLogLine]
    ) async -> [Difference] {
        let name = self.name
        upstream.begin(step.upstream)
        let response: ProxyResponse
        do throws(ProxyExchangeError) {
            response = try await envoy.send(step.request, to: name, within: max(end - .now, .milliseconds(1)))
        } catch {
            let difference = await self.difference(for: error)
            Self.add(envoy.takeOutput(of: name).lines.filter { $0.plugin == name }, to: &log)
            return [difference]
        }
        _ = await envoy.wait(within: Self.accessLimit) { _, accesses in
            accesses.contains { $0.listener == name }
        }
        let expectation = step.expectation
        // After the callbacks at the end of the request.
        let state = await envoy.workerState()
        _ = await envoy.wait(within: Self.logLimit) { lines, _ in
            !expectation.awaitsMore(earlier + lines.filter { $0.plugin == name })
        }
        let (lines, accesses) = envoy.takeOutput(of: name)
        let own = lines.filter { $0.plugin == name }
        Self.add(own, to: &log)
        let crash = lines.first(where: \.isCrash)?.message
        let isCrash = envoy.hasCrashed && accesses.contains { $0.listener == name && $0.isCrash }
        let stop = state == .answers ? [] : [stopDifference("end of the request")]
        return stop
            + expectation.differences(
                from: Observation(
                    response: response,
                    upstream: upstream.requests,
                    log: earlier + own,
                    crash: crash?.firstLine ?? (isCrash ? "the plugin's VM had crashed before" : nil)
                )
            )
    }

    private static let loop = "a callback of the plugin does not return (an endless loop); Envoy was killed"

    private var stopText: String {
        envoy.stop.map { "an Envoy that \($0.explanation)" } ?? "a closed connection"
    }

    /// The difference for an Envoy whose worker does not answer after a response.
    private func stopDifference(_ place: String) -> Difference {
        guard envoy.stop == nil else { return Difference(place, expected: "a running Envoy", got: stopText) }
        blocked.withLock { $0 = true }
        return Difference(place, expected: "a running Envoy", got: "no answer", detail: Self.loop)
    }

    /// The difference for a request without a response.
    private func difference(for error: ProxyExchangeError) async -> Difference {
        let expected = "a response"
        switch error {
        case .timedOut:
            let seconds = timeLimit.components.seconds
            switch await envoy.workerState() {
            case .answers:
                return Difference(
                    "response",
                    expected: expected,
                    got: "none within \(seconds) s",
                    detail: "the plugin paused the request and did not resume it"
                )
            case .blocked:
                blocked.withLock { $0 = true }
                return Difference(
                    "response",
                    expected: expected,
                    got: "none within \(seconds) s",
                    detail: Self.loop
                )
            case .stopped: return Difference("response", expected: expected, got: stopText)
            }
        case .closed, .notConnected:
            await envoy.waitForStop()
            return Difference("response", expected: expected, got: stopText)
        case .malformed(let reason):
            return Difference("response", expected: expected, got: "one that is not valid HTTP: \(reason)")
        case .tooLarge(let limit):
            return Difference("response", expected: expected, got: "one of more than \(limit) bytes")
        case .interrupted: return Difference("response", expected: expected, got: "none")
        }
    }
}

extension String {
    fileprivate var firstLine: String { String(prefix { $0 != "\n" }) }
}
