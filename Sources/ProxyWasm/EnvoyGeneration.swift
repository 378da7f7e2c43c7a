/// A range of Envoy versions with the same host functions.
///
/// Host functions are only added: a module that loads in a generation also loads in later ones.
package enum EnvoyGeneration: Int, Sendable, Comparable, CaseIterable {
    /// Envoy 1.21, January 2022, and later: what envoyproxy/envoy#19074 of November 2021 brought.
    case baseline
    /// Adds the functions that Go's own compiler needs: proxy-wasm/proxy-wasm-cpp-host#427 of January 2025.
    case year2025
    /// Adds the file and socket functions of WASI preview 1: envoyproxy/envoy#45756 of June 2026.
    ///
    /// Most of them return "not supported". Since then, `__main_void` runs after `_initialize`.
    case year2026

    /// The minor number of the first Envoy 1.x that is known to belong to it.
    package var minor: Int {
        switch self {
        case .baseline: 21
        // Envoy 1.33 was made in the month of the change, and was not tried.
        case .year2025: 34
        // Tried with Envoy 1.36 to 1.40.
        case .year2026: 39
        }
    }

    /// The first release of Envoy, and the first of each mesh that ships it or a newer one: `1.39 (Istio 1.31, Envoy Gateway 1.9)`.
    package var firstReleases: String { "1.\(minor)\(products)" }

    /// The first release of each mesh that ships it: ` (Istio 1.31, Envoy Gateway 1.9)`; empty if all known ones do.
    package var products: String {
        var products: [String] = []
        for release in EnvoyRelease.ofMeshes where release.minor == minor {
            guard let product = release.product,
                EnvoyRelease.ofMeshes.contains(where: { $0.isBefore(release) })
            else { continue }
            products.append(product)
        }
        return products.isEmpty ? "" : " (\(products.joined(separator: ", ")))"
    }

    /// Older before newer.
    package static func < (left: EnvoyGeneration, right: EnvoyGeneration) -> Bool {
        left.rawValue < right.rawValue
    }
}
