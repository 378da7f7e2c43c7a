import Diagnostics
import EnvoyRunner
import HostSystem
import SystemPackage

/// `run --watch`: each new build serves without a restart.
extension RunWork {
    /// How an Envoy ended.
    enum FollowedEnd {
        /// By itself, or with the task.
        case ended
        /// A new build ended it, or must be ended.
        case build(EnvoyStop)
    }

    /// Follows a running Envoy until it or the task ends; replaces its plugin by each new build.
    func follow(_ running: RunningEnvoy, _ listener: PluginListener, _ builds: PluginBuilds?) async
        -> FollowedEnd
    {
        // Changes while one is being handled are one, and the time counts from the last.
        let (events, continuation) = AsyncStream.makeStream(
            of: ContinuousClock.Instant.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        let watch = builds.map { FileWatch($0.path) }
        // The module may have changed since it was copied.
        continuation.yield(.now)
        return await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while running.stop == nil, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(50)) }
                continuation.finish()
            }
            if let watch {
                group.addTask { for await time in watch.changes { continuation.yield(time) } }
            }
            defer { group.cancelAll() }
            var absence = Absence()
            for await time in events {
                guard let builds else { continue }
                switch absence.isReportable(builds.isMissing) {
                case .notYet:
                    group.addTask {
                        try? await Task.sleep(for: Absence.patience)
                        continuation.yield(.now)
                    }
                case .now: report([Row("removed", target, tone: .caution)])
                case .no: break
                }
                if let stop = await replace(running, listener, builds, since: time) { return .build(stop) }
            }
            return .ended
        }
    }

    /// Waits for a build that `check` accepts, which then is the current one, and explains the others.
    ///
    /// Returns `false` if the task was canceled first.
    func findBuild(_ builds: PluginBuilds) async -> Bool {
        let watch = FileWatch(builds.path)
        var changes = watch.changes.makeAsyncIterator()
        repeat {
            do throws(Failure) {
                guard let build = try builds.next() else { continue }
                guard let finding = build.errors.first else {
                    try builds.use(build)
                    return true
                }
                try builds.discard(build)
                report(rows(of: finding), serving: Self.nothing)
            } catch {
                if error.code == .interrupted { return false }
                report(rows(of: error), serving: Self.nothing)
            }
        } while await changes.next() != nil
        return false
    }

    /// Explains an error of the first build; returns `false` if another build would not mend it.
    func isExplained(_ error: any Error) -> Bool {
        if let stop = error as? EnvoyStop {
            if case .exited = stop { return false }
            report([row(of: stop)], serving: Self.nothing)
            return true
        }
        guard let failure = error as? Failure, failure.code == .checkFailed else { return false }
        report(rows(of: failure), serving: Self.nothing)
        return true
    }

    /// Replaces the plugin by the build that is there now; returns why Envoy must be ended, if it must.
    private func replace(
        _ running: RunningEnvoy,
        _ listener: PluginListener,
        _ builds: PluginBuilds,
        since time: ContinuousClock.Instant
    ) async -> EnvoyStop? {
        do {
            guard let build = try builds.next() else { return nil }
            if let finding = build.errors.first {
                try builds.discard(build)
                report(rows(of: finding))
                return nil
            }
            let result = try await noticing("for the start of \(target)") {
                try await running.replacePlugin(
                    of: listener,
                    by: build.module.string,
                    within: Self.startLimit
                )
            }
            switch result {
            case .live:
                try builds.use(build)
                let milliseconds = Int((ContinuousClock.now - time) / .milliseconds(1))
                let took =
                    milliseconds < 10_000 ? "\(milliseconds) ms" : "\(milliseconds / 1000) s"
                context.record(.step("live", "\(target)  \(ByteCount(build.size))  in \(took)"))
            case .rejected(let reason):
                try builds.discard(build)
                let failure = rejection(reason)
                report(rows(of: failure))
            }
        } catch let stop as EnvoyStop {
            return stop
        } catch let failure as Failure {
            guard failure.code != .interrupted else { return nil }
            report(rows(of: failure))
        } catch {
            return nil
        }
        return nil
    }

    private static let before = "the build before still serves"
    private static let nothing = "nothing serves yet: waiting for the next build"

    /// Reports a build that does not serve, and what does.
    private func report(_ rows: [Row], serving: String = before) {
        context.reporter.write(rows + [.more(serving)])
    }

    /// Reports a build that ended Envoy, or did not return from its start.
    func reportStop(_ stop: EnvoyStop) {
        report([row(of: stop)], serving: "the build before serves again")
    }

    private func row(of stop: EnvoyStop) -> Row {
        Row("FAIL", "\(target): Envoy \(stop.explanation)", tone: .bad)
    }

    private func rows(of finding: Finding) -> [Row] {
        [Row("FAIL", finding.message, tone: .bad)]
            + (finding.consumerMessage.map { [.more("Envoy would report: \"\($0)\"")] } ?? [])
            + finding.hints.map { .remedy(context.hints.completed($0)) }
    }

    private func rows(of failure: Failure) -> [Row] {
        [Row("FAIL", failure.message, tone: .bad)]
            + (failure.why.map { [.more("why: \($0)")] } ?? [])
            + failure.hints.map { .remedy(context.hints.completed($0)) }
    }

    /// Does work, and says after two seconds what it waits for.
    func noticing<Value>(_ what: String, _ work: () async throws -> Value) async throws -> Value {
        let notice = Task { [context, envoy] in
            try await Task.sleep(for: .seconds(2))
            let limit = Self.startLimit.components.seconds
            context.record(.step("waiting", "\(what) in Envoy \(envoy.version), at most \(limit) s"))
        }
        defer { notice.cancel() }
        return try await work()
    }
}

/// The time without a file: a compiler may remove it before it writes it again.
private struct Absence {
    /// The time after which it is worth a message.
    static let patience = Duration.seconds(1)

    /// Whether the absence of the file is to be reported.
    enum Report {
        case no
        /// In ``patience``, if the file is not back.
        case notYet
        case now
    }

    private var begin: ContinuousClock.Instant?
    private var isReported = false

    /// Returns what to do about a file that is there or is missing.
    mutating func isReportable(_ isMissing: Bool) -> Report {
        guard isMissing else {
            self = Absence()
            return .no
        }
        guard let begin else {
            begin = .now
            return .notYet
        }
        guard !isReported, .now - begin >= Self.patience else { return .no }
        isReported = true
        return .now
    }
}
