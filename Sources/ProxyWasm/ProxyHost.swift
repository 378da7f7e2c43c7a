/// The proxy that runs a module.
package enum ProxyHost: String, Sendable, CaseIterable {
    /// Upstream Envoy, also in Istio and Envoy Gateway.
    case envoy
    /// Higress, whose Envoy has additional host functions.
    case higress
}
