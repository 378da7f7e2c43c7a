import Diagnostics
import HostSystem
import Synchronization
import SystemPackage

extension RunningEnvoy {
    /// What became of a new module.
    package enum Replacement: Sendable, Equatable {
        /// It serves.
        case live
        /// Envoy rejected it, with the reason from its log; the module before serves.
        case rejected(reason: String?)
    }

    /// The state of a plugin that can be replaced.
    private struct PluginState {
        /// The version that Envoy uses; empty for none.
        var version = ""
        /// How many versions Envoy has rejected.
        var rejections = 0
    }

    /// Replaces the module of a plugin that can be replaced; requests that have begun keep the module before.
    ///
    /// Envoy loads it on its main thread, while the worker serves with the module before.
    ///
    /// - Parameters:
    ///   - listener: the listener of the plugin.
    ///   - module: the path of the new module, which must not have been used before.
    ///   - limit: the time limit.
    /// - Returns: what became of it.
    /// - Throws: ``EnvoyStop`` if Envoy ends, or does not respond within the limit; or ``Failure``:
    ///   ``Failure/Code/interrupted``, and the errors of writing files.
    package func replacePlugin(of listener: PluginListener, by module: String, within limit: Duration)
        async throws -> Replacement
    {
        guard let plugin = listener.plugin else { return .rejected(reason: nil) }
        let end = ContinuousClock.now + limit
        let before = try await pluginState(of: listener, until: end, limit)
        let version = nextVersion()
        output.keep(.envoy)
        defer { output.keep(.nothing) }
        try TemporaryFile.write(
            ProxyConfiguration.pluginFile(version: version, named: listener.name, plugin, .file(module)),
            to: .init(paths.replaceable(listener.name))
        )
        while true {
            let state = try await pluginState(of: listener, until: end, limit)
            if state.version == "\(version)" { break }
            if state.rejections > before.rejections {
                return .rejected(reason: await rejectionReason(of: listener.name))
            }
            try? await Task.sleep(for: .milliseconds(1))
        }
        // The worker has the new plugin before it answers the next request.
        _ = await workerState()
        return .live
    }

    /// Returns the state of a plugin, which Envoy tells when its main thread has nothing else to do.
    private func pluginState(
        of listener: PluginListener,
        until end: ContinuousClock.Instant,
        _ limit: Duration
    ) async throws -> PluginState {
        let prefix = listener.plugin?.replacementStatistics(of: listener.name) ?? ""
        var request = ProxyRequest()
        request.path = "/stats?filter=extension_config_discovery"
        while true {
            try checkCancellation()
            if let stop { throw stop }
            let left = end - ContinuousClock.now
            guard left > .zero else { throw EnvoyStop.endless(after: limit.components.seconds) }
            let exchange = SocketExchange(request, to: paths.admin, within: min(left, .seconds(1)))
            guard let response = try? await exchange.run(), response.status == 200 else {
                try? await Task.sleep(for: .milliseconds(5))
                continue
            }
            var state = PluginState()
            for line in String(decoding: response.body, as: UTF8.self).split(separator: "\n") {
                guard line.hasPrefix(prefix), let colon = line.firstRange(of: ": ") else { continue }
                let value = line[colon.upperBound...].filter { $0 != "\"" }
                switch line[..<colon.lowerBound].dropFirst(prefix.count) {
                case "version_text": state.version = String(value)
                case "config_fail": state.rejections = Int(value) ?? 0
                default: break
                }
            }
            return state
        }
    }

    /// Whether Envoy serves all listeners, each with its plugin.
    func hasLoaded(_ listeners: [PluginListener]) async throws -> Bool {
        guard let loaded = try? await loadedListeners() else { return true }
        for listener in listeners {
            guard loaded.contains(listener.name) else { return false }
            // Envoy serves a listener without its replaceable plugin: all requests fail.
            if listener.plugin?.isReplaceable == true,
                try await !hasLoadedPlugin(of: listener, within: Self.adminLimit)
            {
                rejected.withLock { _ = $0.insert(listener.name) }
                return false
            }
        }
        return true
    }

    /// Returns the next version of the plugin that can be replaced.
    private func nextVersion() -> Int {
        version.withLock {
            $0 += 1
            return $0
        }
    }

    /// Whether Envoy has loaded the first module of a plugin that can be replaced.
    private func hasLoadedPlugin(of listener: PluginListener, within limit: Duration) async throws -> Bool {
        try await !pluginState(of: listener, until: .now + limit, limit).version.isEmpty
    }

    /// Returns the reason in the log, whose last lines may still be in the pipe.
    private func rejectionReason(of name: String) async -> String? {
        _ = await wait(within: .seconds(2)) { lines, _ in
            lines.contains { $0.message.hasPrefix("Filesystem config update rejected") }
        }
        let lines = takeOutput().lines
        return EnvoyLogReason.reasons(of: lines, [name])[name] ?? EnvoyLogReason.reason(of: lines)
    }
}
