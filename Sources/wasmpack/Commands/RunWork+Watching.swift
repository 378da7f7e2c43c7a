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
            for await time in events {
                guard let builds else { continue }
                if let stop = await replace(running, listener, builds, since: time) { return .build(stop) }
            }
            return .ended
        }
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
                report([Row("FAIL", finding.message, tone: .bad)] + rows(of: finding))
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
                report([Row("FAIL", failure.message, tone: .bad)] + rows(of: failure))
            }
        } catch let stop as EnvoyStop {
            return stop
        } catch let failure as Failure {
            guard failure.code != .interrupted else { return nil }
            report([Row("FAIL", failure.message, tone: .bad)] + rows(of: failure))
        } catch {
            return nil
        }
        return nil
    }

    /// Reports a build that does not serve.
    private func report(_ rows: [Row]) {
        context.reporter.write(rows + [.more("the build before still serves")])
    }

    /// Reports a build that ended Envoy, or did not return from its start.
    func reportStop(_ stop: EnvoyStop) {
        let row = Row("FAIL", "\(target): Envoy \(stop.explanation)", tone: .bad)
        context.reporter.write([row, .more("the build before serves again")])
    }

    private func rows(of finding: Finding) -> [Row] {
        (finding.consumerMessage.map { [.more("Envoy would report: \"\($0)\"")] } ?? [])
            + finding.hints.map { .remedy(context.hints.completed($0)) }
    }

    private func rows(of failure: Failure) -> [Row] {
        (failure.why.map { [.more("why: \($0)")] } ?? [])
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
