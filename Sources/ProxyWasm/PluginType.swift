/// The filter chain that a module is for, guessed by what it exports.
///
/// A guess only: an SDK may export every callback, and a proxy asks nobody but its configuration.
package enum PluginType: String, Sendable, CaseIterable {
    /// Requests and responses.
    case http
    /// Connections and their bytes.
    case network

    /// Guesses; `nil` when a module has no callback of either.
    init?(exporting names: Set<String>) {
        if names.contains(where: { Self.http.prefixes.contains(where: $0.hasPrefix) }) {
            self = .http
        } else if names.contains(where: { Self.network.prefixes.contains(where: $0.hasPrefix) }) {
            self = .network
        } else {
            return nil
        }
    }

    private var prefixes: [String] {
        switch self {
        case .http: ["proxy_on_request_", "proxy_on_response_"]
        case .network: ["proxy_on_new_connection", "proxy_on_downstream_", "proxy_on_upstream_"]
        }
    }
}
