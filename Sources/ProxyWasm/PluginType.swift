/// The filter chain that a module is for, guessed from its exports.
///
/// An SDK may export every callback, and a proxy follows only its configuration.
package enum PluginType: String, Sendable, CaseIterable {
    /// Requests and responses.
    case http
    /// Connections and their bytes.
    case network

    /// Guesses the type; `nil` if a module has callbacks of neither type.
    init?(exporting names: some Collection<String>) {
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
