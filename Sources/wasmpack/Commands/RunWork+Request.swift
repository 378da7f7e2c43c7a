import Diagnostics
import EnvoyRunner

/// `run --request`: one request, and its response.
extension RunWork {
    /// Sends a request, and prints the response; with `compares`, also the response without the plugin.
    func send(
        _ request: ProxyRequest,
        compares: Bool,
        to upstream: UpstreamCluster,
        within limit: Duration
    ) async throws {
        let plugin = PluginListener.Plugin(.file(module), settings, in: chain)
        var listeners = [PluginListener(Self.with, plugin)]
        if compares { listeners.append(PluginListener(Self.without, nil)) }
        let running: RunningEnvoy
        do {
            running = try await start(listeners, upstream, isLive: false)
        } catch let stop as EnvoyStop {
            throw failure(stop)
        }
        do {
            try await checkLoaded(running)
            let earlier = running.takeOutput().lines
            showLog(earlier)
            let response = try await response(to: request, Self.with, running, limit)
            let other = compares ? try await self.response(to: request, Self.without, running, limit) : nil
            let crash = (earlier + (await finish(running))).first(where: \.isCrash)?.message
            await running.end()
            let report = RunReport(response, without: other, crash: crash)
            try report.print(target: target, envoy: envoy.version, context)
            if let crash {
                if context.output.json { throw NegativeResult() }
                throw crashed(crash)
            }
        } catch {
            showLog(running.takeOutput().lines)
            await running.end()
            throw error
        }
    }

    private func checkLoaded(_ running: RunningEnvoy) async throws {
        guard try await running.loadedListeners().contains(Self.with) else { throw rejection(running) }
    }

    private func crashed(_ message: String?) -> Failure {
        Failure(
            .checkFailed,
            "\(target) crashed in Envoy \(envoy.version)",
            why: message.map { String($0.prefix { $0 != "\n" }) }
        )
    }

    private func response(
        to request: ProxyRequest,
        _ listener: String,
        _ running: RunningEnvoy,
        _ limit: Duration
    ) async throws(Failure) -> ProxyResponse {
        do throws(ProxyExchangeError) {
            return try await running.send(request, to: listener, within: limit)
        } catch {
            try checkCancellation()
            if error == .timedOut {
                let isPaused = await running.workerState() == .answers
                if let stop = running.stop { throw failure(stop) }
                throw Failure(
                    .timedOut,
                    "no response within \(limit.components.seconds) s",
                    why: isPaused
                        ? "the plugin paused the request and did not resume it, or the upstream did not answer"
                        : "a callback of the plugin does not return (an endless loop); Envoy was killed"
                )
            }
            // The crash of a network plugin closes the connection.
            _ = await running.wait(within: .seconds(5)) { lines, _ in lines.contains(where: \.isCrash) }
            if running.hasCrashed {
                let lines = running.takeOutput().lines
                showLog(lines)
                throw crashed(lines.first(where: \.isCrash)?.message)
            }
            throw running.stop.map(failure)
                ?? Failure(.connectionLost, "Envoy closed the connection without a complete response")
        }
    }

    /// Waits for the end of the request in Envoy, and shows the log; returns its lines.
    private func finish(_ running: RunningEnvoy) async -> [EnvoyLogLine] {
        _ = await running.wait(within: .seconds(10)) { _, accesses in
            accesses.contains { $0.listener == Self.with }
        }
        _ = await running.workerState()
        let lines = running.takeOutput().lines
        showLog(lines)
        return lines
    }
}
