/// The Envoys that have the same host functions.
///
/// What a host offers only ever grew: a module that loads in one generation loads in the later ones.
package enum EnvoyGeneration: Int, Sendable, Comparable, CaseIterable {
    /// Envoy 1.21, January 2022, and later.
    case baseline
    /// With what Go's own compiler needs.
    case year2025
    /// With all of WASI preview 1 that is files and sockets; it mostly answers that it is not supported.
    case year2026

    /// Since when Envoy has what this generation brought, and where to read about it.
    package var since: String {
        switch self {
        case .baseline: "November 2021 (envoyproxy/envoy#19074)"
        case .year2025: "January 2025 (proxy-wasm/proxy-wasm-cpp-host#427)"
        case .year2026: "June 2026 (envoyproxy/envoy#45756)"
        }
    }

    /// Older before newer.
    package static func < (one: EnvoyGeneration, other: EnvoyGeneration) -> Bool {
        one.rawValue < other.rawValue
    }
}
