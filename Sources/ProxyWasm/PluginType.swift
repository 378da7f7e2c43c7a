import Diagnostics

/// The filter chain that a module is for, guessed from its exports.
///
/// An SDK may export every callback, and a proxy follows only its configuration.
package enum PluginType: String, Sendable, CaseIterable {
    /// Requests and responses.
    case http
    /// Connections and their bytes.
    case network

    /// Returns the types of which some exports are callbacks, HTTP first.
    static func all(exporting names: some Collection<String>) -> [PluginType] {
        allCases.filter { type in names.untilCanceled.contains { type.prefixes.contains(where: $0.hasPrefix) }
        }
    }

    private var prefixes: [String] {
        switch self {
        case .http: ["proxy_on_request_", "proxy_on_response_"]
        case .network: ["proxy_on_new_connection", "proxy_on_downstream_", "proxy_on_upstream_"]
        }
    }
}
