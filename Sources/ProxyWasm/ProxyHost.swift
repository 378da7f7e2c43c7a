/// The program that runs a module.
package enum ProxyHost: String, Sendable, CaseIterable {
    /// Envoy as its project builds it, also within Istio and Envoy Gateway.
    case envoy
    /// Higress, whose Envoy has host functions of its own.
    case higress
}
