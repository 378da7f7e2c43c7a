/// The reasons in Envoy's log why a plugin was not loaded.
enum EnvoyLogReason {
    /// Returns the messages of Envoy's Wasm host for each plugin that was rejected, by the plugin's name.
    ///
    /// Envoy loads one plugin after the other, and names the plugin in the last message about it.
    static func reasons(of lines: [EnvoyLogLine], _ plugins: [String]) -> [String: String] {
        var reasons: [String: String] = [:]
        var pending: [EnvoyLogLine] = []
        for line in lines where line.plugin == nil && line.logger == "wasm" {
            pending.append(line)
            guard let name = plugins.first(where: { line.names($0) }) else { continue }
            reasons[name] = reason(of: pending)
            pending = []
        }
        return reasons
    }

    /// Returns the first message that names a cause; `nil` if there is none.
    static func reason(of lines: [EnvoyLogLine]) -> String? {
        let text = lines.map { "\($0.logger)|\($0.plugin == nil ? $0.message : "wasm log")" }
            .map { $0.replacing("\n", with: "\\n") }.joined(separator: "\n")
        return EnvoyLog(Array(text.utf8)).reason
    }
}

extension EnvoyLogLine {
    /// Whether it is the last message about a plugin that was not loaded.
    fileprivate func names(_ plugin: String) -> Bool {
        message.hasPrefix("Plugin \(plugin) failed to load")
            || message.hasPrefix("Unable to create Wasm plugin \(plugin)")
    }
}
