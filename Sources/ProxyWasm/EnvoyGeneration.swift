/// A range of Envoy versions with the same host functions.
///
/// Host functions are only added: a module that loads in a generation also loads in later ones.
package enum EnvoyGeneration: Int, Sendable, Comparable, CaseIterable {
    /// Envoy 1.21, January 2022, and later.
    case baseline
    /// Adds the functions that Go's own compiler needs.
    case year2025
    /// Adds the file and socket functions of WASI preview 1; most of them return "not supported".
    case year2026

    /// The month of the change in Envoy, and its pull request.
    package var since: String {
        switch self {
        case .baseline: "November 2021 (envoyproxy/envoy#19074)"
        case .year2025: "January 2025 (proxy-wasm/proxy-wasm-cpp-host#427)"
        case .year2026: "June 2026 (envoyproxy/envoy#45756)"
        }
    }

    /// Older before newer.
    package static func < (left: EnvoyGeneration, right: EnvoyGeneration) -> Bool {
        left.rawValue < right.rawValue
    }
}
