import OCI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a mesh configures for a plugin besides its module.
package struct PluginSettings: Sendable, Equatable {
    /// What happens to traffic after a crash of the plugin.
    package enum FailStrategy: String, Sendable, CaseIterable {
        /// Requests are answered with 503.
        case close = "FAIL_CLOSE"
        /// Requests pass without the plugin.
        case open = "FAIL_OPEN"
        /// The plugin is loaded again, after about a second.
        case reload = "FAIL_RELOAD"
    }

    /// The plugin's configuration, verbatim; `nil` for none.
    package var configuration: String?
    /// The root ID, which Istio calls `pluginName`.
    package var rootID = ""
    /// The environment variables of the plugin.
    package var environment: [String: String] = [:]
    /// What happens after a crash.
    package var failStrategy = FailStrategy.close

    /// The defaults of a mesh.
    package init() {}

    /// Returns the `PluginConfig` of Envoy.
    ///
    /// - Parameters:
    ///   - name: the name of the plugin in Envoy's messages, and its `vm_id`: plugins with one name and one module would
    ///     share their state.
    ///   - code: the module.
    /// - Returns: the message as JSON.
    func document(named name: String, _ code: PluginListener.Plugin.Code) -> JSONValue {
        let source: JSONValue =
            switch code {
            case .file(let path): .object(["filename": .string(path)])
            case .inline(let bytes): .object(["inline_bytes": .string(Data(bytes).base64EncodedString())])
            }
        var machine: [String: JSONValue] = [
            "vm_id": .string(name), "runtime": .string("envoy.wasm.runtime.v8"),
            "code": .object(["local": source]),
        ]
        if !environment.isEmpty {
            machine["environment_variables"] = .object([
                "key_values": .object(environment.mapValues(JSONValue.string))
            ])
        }
        var plugin: [String: JSONValue] = [
            "name": .string(name), "root_id": .string(rootID), "vm_config": .object(machine),
        ]
        if let configuration {
            // A Struct would reach the plugin as binary protobuf.
            plugin["configuration"] = EnvoyMessage.typed(
                "google.protobuf.StringValue",
                ["value": .string(configuration)]
            )
        }
        switch failStrategy {
        case .close: break
        case .open: plugin["failure_policy"] = .string("FAIL_OPEN")
        case .reload: plugin["failure_policy"] = .string("FAIL_RELOAD")
        }
        return .object(plugin)
    }
}
