import Diagnostics
import EnvoyRunner
import HostSystem
import SystemPackage

/// The work of `run`: an Envoy with one plugin, which serves or gets one request.
struct RunWork {
    /// The time limit for the start of a plugin.
    static let startLimit = Duration.seconds(60)
    /// The names of the listeners with and without the plugin.
    private static let with = "plugin"
    private static let without = "none"

    let target: String
    let envoy: FoundEnvoy
    let module: String
    let settings: PluginSettings
    let chain: PluginListener.Plugin.Chain
    let folder: FilePath
    let context: CommandContext

    /// Serves requests until the task is canceled.
    ///
    /// - Parameters:
    ///   - address: the address of the listener.
    ///   - upstream: the server behind the plugin.
    ///   - builds: the builds of the module to follow; `nil` for none.
    /// - Throws: the failure of a plugin that Envoy rejects, and of an Envoy that ends.
    func serve(at address: ListenAddress, _ upstream: UpstreamCluster, following builds: PluginBuilds? = nil)
        async throws
    {
        var address = address
        var isFirst = true
        while true {
            let plugin = PluginListener.Plugin(
                .file(builds?.current?.module.string ?? module),
                settings,
                in: chain,
                isReplaceable: builds != nil
            )
            let host = address.host == "localhost" ? "127.0.0.1" : address.host
            let listener = PluginListener(Self.with, at: .network(host: host, port: address.port), plugin)
            let running = try await start([listener], upstream, isLive: true)
            let end: FollowedEnd
            do {
                let name = try await listening(running, address)
                if isFirst { try announce(name, isWatched: builds != nil) }
                isFirst = false
                // Another Envoy, after a build that ended this one, has the same URL.
                address = try ListenAddress(parsing: name)
                end = await follow(running, listener, builds)
            } catch {
                await running.end()
                throw error
            }
            let stop = running.stop
            await running.end()
            if Task.isCancelled { return }
            guard case .build(let reason) = end else {
                if let stop { throw failure(stop) }
                return
            }
            reportStop(reason)
        }
    }

    /// Prints the URL.
    private func announce(_ name: String, isWatched: Bool) throws(Failure) {
        let url: String =
            switch chain {
            case .http: "http://\(name)"
            case .network: "tcp://\(name)"
            }
        let ends = isWatched ? "watching for new builds, Ctrl-C stops" : "Ctrl-C stops"
        context.record(.step("serving", "\(target) in Envoy \(envoy.version) at \(url)  (\(ends))"))
        try context.print(
            RunDocument(url: url, target: target, envoy: envoy.version, response: nil),
            orText: "\(url)\n"
        )
    }

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
        let running = try await start(listeners, upstream, isLive: false)
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

    private func start(_ listeners: [PluginListener], _ upstream: UpstreamCluster, isLive: Bool) async throws
        -> RunningEnvoy
    {
        var setup = RunningEnvoy.Setup(
            envoy,
            supervisor: try SupervisedProcess.ownProgram(),
            folder: folder,
            prefix: "run",
            listeners: listeners,
            upstream: upstream,
            startLimit: Self.startLimit
        )
        if isLive { setup.onLine = { [context] line in Self.show(line, context) } }
        do {
            return try await noticing("for the start of \(target)") { try await RunningEnvoy.start(setup) }
        } catch let stop as EnvoyStop {
            throw failure(stop)
        }
    }

    /// Returns the address at which Envoy listens.
    private func listening(_ running: RunningEnvoy, _ address: ListenAddress) async throws -> String {
        if let found = try await running.addresses()[Self.with] { return found }
        if let reason = running.bindError {
            throw Failure(
                .cannotListen,
                "cannot listen on \(ListenAddress.written(address.host, address.port))",
                why: reason,
                try: ["--listen 127.0.0.1:0 lets the system choose a free port"]
            )
        }
        throw rejection(running)
    }

    private func checkLoaded(_ running: RunningEnvoy) async throws {
        guard try await running.loadedListeners().contains(Self.with) else { throw rejection(running) }
    }

    private func rejection(_ running: RunningEnvoy) -> Failure {
        rejection(running.rejection(of: Self.with))
    }

    /// The failure for a plugin that Envoy rejects.
    func rejection(_ reason: String?) -> Failure {
        let isConfiguration = reason?.hasPrefix("Failed to configure") == true
        return Failure(
            .checkFailed,
            "Envoy \(envoy.version) rejects \(target)",
            why: reason,
            try: isConfiguration
                ? ["--plugin-config @FILE gives the plugin another configuration"]
                : ["wasmpack check \(target.shellWord)"]
        )
    }

    private func failure(_ stop: EnvoyStop) -> Failure {
        Failure(
            .checkFailed,
            "\(target) does not run in Envoy \(envoy.version)",
            why: "Envoy \(stop.explanation)",
            try: ["wasmpack check --envoy=\(envoy.path.string.shellWord) \(target.shellWord)"]
        )
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

    private func showLog(_ lines: [EnvoyLogLine]) {
        for line in lines { Self.show(line, context) }
    }

    /// Shows a line of the plugin, or an error of Envoy about it.
    private static func show(_ line: EnvoyLogLine, _ context: CommandContext) {
        guard line.plugin != nil || line.isCrash else { return }
        let tone: Style.Tone =
            switch line.level {
            case "warning": .caution
            case "error", "critical": .bad
            case "info": .good
            default: .label
            }
        context.reporter.write([Row(line.level, line.message, tone: tone)])
    }
}
