import Diagnostics
import HostSystem
import Synchronization
package import SystemPackage

/// A running Envoy with plugins, driven over Unix sockets.
///
/// Nothing of it remains after ``end()``, nor after any end of this process.
package final class RunningEnvoy: Sendable {
    /// What an Envoy is started with.
    package struct Setup: Sendable {
        /// The Envoy.
        package var envoy: FoundEnvoy
        /// The program that supervises it.
        package var supervisor: FilePath
        /// A directory of ``TemporaryDirectory/init(forSocketsOf:)``, which several Envoys may share.
        package var folder: FilePath
        /// A short text that distinguishes the files of this Envoy from those of others in the directory.
        package var prefix: String
        package var listeners: [PluginListener]
        package var upstream: UpstreamCluster
        /// The time limit until it is ready, which includes the start of the plugins.
        package var startLimit: Duration
        /// Receives each line of the log; the lines are not kept after the start then.
        package var onLine: (@Sendable (EnvoyLogLine) -> Void)?

        /// Describes an Envoy to start.
        package init(
            _ envoy: FoundEnvoy,
            supervisor: FilePath,
            folder: FilePath,
            prefix: String,
            listeners: [PluginListener],
            upstream: UpstreamCluster,
            startLimit: Duration = .seconds(60)
        ) {
            self.envoy = envoy
            self.supervisor = supervisor
            self.folder = folder
            self.prefix = prefix
            self.listeners = listeners
            self.upstream = upstream
            self.startLimit = startLimit
        }
    }

    /// The length of the longest name of a socket, in bytes, for ``TemporaryDirectory/init(forSocketsOf:)``.
    package static let socketNameLength = 24

    /// The time limit for requests to Envoy itself, which answers them on its main thread.
    static let adminLimit = Duration.seconds(10)

    /// The time limit for the worker's answer: a long one, so that a busy machine is not taken for an endless loop.
    private static let probeLimit = Duration.seconds(10)

    /// The Envoy.
    package let envoy: FoundEnvoy
    private let process: SupervisedProcess
    let output: EnvoyOutput
    let paths: ProxyConfiguration.Paths
    /// The version of the plugin that can be replaced.
    let version = Mutex(1)
    /// The listeners whose replaceable plugin was rejected at the start.
    let rejected = Mutex<Set<String>>([])
    /// Envoy's own log until it was ready.
    private let startLog = Mutex<[EnvoyLogLine]>([])

    private init(_ setup: Setup) throws(Failure) {
        envoy = setup.envoy
        try setup.envoy.checkAge()
        let folder = setup.folder
        let prefix = setup.prefix
        let file = { @Sendable (name: String) in folder.appending("\(prefix)\(name)").string }
        guard String(validating: folder) != nil else {
            throw Failure(
                .configurationInvalid,
                "Envoy cannot open a file below \(folder.directory)",
                why: "the path is not valid UTF-8, and Envoy's configuration is text",
                try: ["set TMPDIR=/tmp"]
            )
        }
        paths = ProxyConfiguration.Paths(
            bootstrap: file("-envoy.json"),
            listeners: file("-lds.json"),
            admin: file("-admin"),
            probe: file("-probe"),
            socket: { file("-\($0)") },
            replaceable: { file("-\($0).json") }
        )
        let configuration = ProxyConfiguration(
            paths: paths,
            listeners: setup.listeners,
            upstream: setup.upstream
        )
        for listener in setup.listeners {
            guard let plugin = listener.plugin, plugin.isReplaceable else { continue }
            try TemporaryFile.write(
                ProxyConfiguration.pluginFile(version: 1, named: listener.name, plugin, plugin.code),
                to: FilePath(paths.replaceable(listener.name))
            )
        }
        try TemporaryFile.write(configuration.listenerFile(), to: FilePath(paths.listeners))
        try TemporaryFile.write(configuration.bootstrap(), to: FilePath(paths.bootstrap))
        let plugins = Set(setup.listeners.filter { $0.plugin != nil }.map(\.name))
        let output = EnvoyOutput(plugins: plugins, onLine: setup.onLine)
        self.output = output
        do throws(ChildProcessError) {
            process = try SupervisedProcess(
                setup.envoy.path,
                [
                    "--config-path", paths.bootstrap, "--disable-hot-restart", "--concurrency", "1",
                    "--log-level", "warning", "--component-log-level", "wasm:debug",
                    "--log-format", EnvoyLogLine.format, "--file-flush-interval-msec", "1",
                ],
                supervisor: setup.supervisor,
                removing: folder
            ) { stream, line in output.add(stream, line) }
        } catch {
            throw Failure(.envoyMissing, "\(setup.envoy.path) cannot be run", why: "\(error)")
        }
    }

    /// Starts an Envoy, and waits until it serves its listeners.
    ///
    /// A listener whose plugin is rejected is omitted; see ``loadedListeners()``.
    ///
    /// - Throws: ``EnvoyStop`` if Envoy ends or does not become ready; or ``Failure``: ``Failure/Code/envoyMissing``,
    ///   ``Failure/Code/interrupted``, and the errors of writing files.
    package static func start(_ setup: Setup) async throws -> RunningEnvoy {
        let running = try RunningEnvoy(setup)
        do {
            try await running.waitUntilReady(within: setup.startLimit)
            // The last lines of the start may still be in the pipe.
            if try await !running.hasLoaded(setup.listeners) {
                _ = await running.wait(within: .seconds(2)) { lines, _ in
                    lines.contains { $0.message.hasPrefix("Filesystem config update rejected") }
                }
            }
            let lines = running.output.peek { lines, _ in lines.filter { $0.plugin == nil } }
            running.startLog.withLock { $0 = lines }
            if setup.onLine != nil { running.output.keep(.nothing) }
            return running
        } catch {
            await running.end()
            throw error
        }
    }

    private func waitUntilReady(within limit: Duration) async throws {
        let end = ContinuousClock.now + limit
        var request = ProxyRequest()
        request.path = "/ready"
        while true {
            try checkCancellation()
            if let stop { throw stop }
            guard ContinuousClock.now < end else { throw EnvoyStop.endless(after: limit.components.seconds) }
            let left = end - ContinuousClock.now
            let exchange = SocketExchange(request, to: paths.admin, within: min(left, .seconds(1)))
            if let response = try? await exchange.run(), response.status == 200 { return }
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Why Envoy does not run anymore, or must be ended; `nil` while it runs.
    package var stop: EnvoyStop? {
        if output.isFlooded { return .flooding }
        guard let ending = process.ending else { return nil }
        switch ending {
        case .killed(let signal): return .killed(signal: signal)
        // A shell wrapper reports a killed Envoy with 128 plus the signal's number.
        case .exited(let status) where (129...192).contains(status): return .killed(signal: status - 128)
        case .exited: return .exited(message: output.peek { lines, _ in EnvoyLogReason.reason(of: lines) })
        }
    }

    /// Returns the names of the listeners that Envoy serves with their plugins.
    ///
    /// Throws ``EnvoyStop`` if Envoy does not answer.
    package func loadedListeners() async throws(EnvoyStop) -> Set<String> { Set(try await addresses().keys) }

    /// Returns the addresses of the listeners that Envoy serves with their plugins, by their names: `127.0.0.1:40917`, or a path.
    ///
    /// Throws ``EnvoyStop`` if Envoy does not answer.
    package func addresses() async throws(EnvoyStop) -> [String: String] {
        var request = ProxyRequest()
        request.path = "/listeners"
        let exchange = SocketExchange(request, to: paths.admin, within: Self.adminLimit)
        guard let response = try? await exchange.run(), response.status == 200 else {
            throw stop ?? .endless(after: Self.adminLimit.components.seconds)
        }
        // Each line is NAME::ADDRESS.
        let lines = String(decoding: response.body, as: UTF8.self).split(separator: "\n")
        let pairs = lines.compactMap { line in
            line.firstRange(of: "::").map {
                (String(line[..<$0.lowerBound]), String(line[$0.upperBound...]))
            }
        }
        let rejected = rejected.withLock(\.self)
        return Dictionary(pairs.filter { !rejected.contains($0.0) }) { first, _ in first }
    }

    /// Returns why the plugin of a listener was rejected at the start; `nil` if the log does not say it.
    package func rejection(of listener: String) -> String? {
        EnvoyLogReason.reasons(of: startLog.withLock { $0 }, [listener])[listener]
    }

    /// Why Envoy cannot listen on an address of the network; `nil` if it can.
    package var bindError: String? {
        startLog.withLock { lines in
            lines.lazy.compactMap { line in
                line.message.firstRange(of: "cannot bind ").map { String(line.message[$0.lowerBound...]) }
            }.first
        }
    }

    /// Sends a request to a listener with a socket.
    package func send(_ request: ProxyRequest, to listener: String, within limit: Duration)
        async throws(ProxyExchangeError) -> ProxyResponse
    {
        let exchange = SocketExchange(request, to: paths.socket(listener), within: limit) { [output] in
            output.isFlooded
        }
        return try await exchange.run()
    }

    /// What Envoy's worker does.
    package enum WorkerState: Sendable {
        /// It answers. Everything that it wrote before is in the output.
        case answers
        /// It does not answer, because a plugin's callback does not return.
        case blocked
        /// Envoy has ended, or must be ended; see ``stop``.
        case stopped
    }

    /// Asks Envoy's worker for an answer, which it cannot give while a plugin's callback runs.
    package func workerState() async -> WorkerState {
        func count(_ accesses: [AccessLine]) -> Int {
            accesses.count { $0.listener == ProxyConfiguration.probeName }
        }
        let earlier = output.peek { count($1) }
        let exchange = SocketExchange(ProxyRequest(), to: paths.probe, within: Self.probeLimit) { [output] in
            output.isFlooded
        }
        do throws(ProxyExchangeError) {
            _ = try await exchange.run()
        } catch {
            if error == .timedOut { return .blocked }
            await waitForStop()
            return .stopped
        }
        // The log of a request comes before it in the access log.
        _ = await wait(within: Self.probeLimit) { count($1) > earlier }
        return .answers
    }

    /// Waits until ``stop`` says why Envoy closed a connection, which is known a moment later.
    package func waitForStop() async { _ = await wait(within: .seconds(5)) { _, _ in false } }

    /// Whether Envoy reported a crash of a plugin since its start.
    package var hasCrashed: Bool { output.hasCrashed }

    /// Returns what was logged since the last call, and forgets it.
    package func takeOutput() -> (lines: [EnvoyLogLine], accesses: [AccessLine]) { output.take() }

    /// Returns what a plugin and Envoy have logged since the last call; without a plugin, only Envoy's lines.
    ///
    /// The first lines of plugins that this was not called for are kept, and those of all others are forgotten.
    package func takeOutput(of plugin: String?) -> (lines: [EnvoyLogLine], accesses: [AccessLine]) {
        output.take(of: plugin)
    }

    /// Returns Envoy's reasons for rejecting plugins at the start, by the names of their listeners.
    package func rejections(of listeners: [String]) -> [String: String] {
        EnvoyLogReason.reasons(of: startLog.withLock { $0 }, listeners)
    }

    /// Waits until a condition on the output since the last ``takeOutput()`` is met; returns whether that was in time.
    package func wait(
        within limit: Duration,
        until isMet: ([EnvoyLogLine], [AccessLine]) -> Bool
    ) async -> Bool {
        let end = ContinuousClock.now + limit
        while !output.peek(isMet) {
            guard ContinuousClock.now < end, stop == nil, !Task.isCancelled else { return false }
            try? await Task.sleep(for: .milliseconds(1))
        }
        return true
    }

    /// Waits until Envoy ends by itself.
    package func ended() async { _ = await process.ended() }

    /// Kills Envoy, and waits until nothing of it runs.
    package func end() async { await process.end() }
}
