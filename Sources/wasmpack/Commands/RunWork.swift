import Diagnostics
import EnvoyRunner
import HostSystem
import SystemPackage

/// The work of `run`: an Envoy with one plugin, which serves or gets one request.
struct RunWork {
    /// The time limit for the start of a plugin.
    static let startLimit = Duration.seconds(60)
    /// The names of the listeners with and without the plugin.
    static let with = "plugin"
    static let without = "none"

    let target: String
    let envoy: FoundEnvoy
    /// The path of the module; builds that are followed have their own copies.
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
            if let builds, builds.current == nil, await !findBuild(builds) { return }
            let plugin = PluginListener.Plugin(
                .file(builds?.current?.module.string ?? module),
                settings,
                in: chain,
                isReplaceable: builds != nil
            )
            let host = address.host == "localhost" ? "127.0.0.1" : address.host
            let listener = PluginListener(Self.with, at: .network(host: host, port: address.port), plugin)
            let begun: (running: RunningEnvoy, name: String)
            do {
                begun = try await begin(listener, upstream, address)
            } catch {
                // Without a build, there is none before that could serve.
                if isFirst, let builds, isExplained(error) {
                    try builds.discardCurrent()
                    continue
                }
                if let stop = error as? EnvoyStop { throw failure(stop) }
                throw error
            }
            let (running, name) = begun
            let end: FollowedEnd
            do {
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

    /// Starts an Envoy; returns it with its address.
    private func begin(_ listener: PluginListener, _ upstream: UpstreamCluster, _ address: ListenAddress)
        async throws -> (RunningEnvoy, String)
    {
        let running = try await start([listener], upstream, isLive: true)
        do {
            return (running, try await listening(running, address))
        } catch {
            await running.end()
            throw error
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

    func start(_ listeners: [PluginListener], _ upstream: UpstreamCluster, isLive: Bool) async throws
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
        return try await noticing("for the start of \(target)") { try await RunningEnvoy.start(setup) }
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

    func rejection(_ running: RunningEnvoy) -> Failure {
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

    func failure(_ stop: EnvoyStop) -> Failure {
        Failure(
            .checkFailed,
            "\(target) does not run in Envoy \(envoy.version)",
            why: "Envoy \(stop.explanation)",
            try: ["wasmpack check --envoy=\(envoy.path.string.shellWord) \(target.shellWord)"]
        )
    }

    func showLog(_ lines: [EnvoyLogLine]) {
        for line in lines { Self.show(line, context) }
    }

    /// Shows a line of the plugin, or an error of Envoy about it.
    private static func show(_ line: EnvoyLogLine, _ context: CommandContext) {
        guard line.plugin != nil || line.isCrash else { return }
        let tone: Style.Tone =
            switch line.level {
            case "warn": .caution
            case "error", "critical": .bad
            case "info": .good
            default: .label
            }
        context.reporter.write([Row(line.level, line.message, tone: tone)])
    }
}
