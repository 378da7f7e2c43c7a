/// A release of Envoy 1.x, and the product that contains it.
package struct EnvoyRelease: Sendable, Equatable {
    /// The minor number: 36 for Envoy 1.36.
    package let minor: Int
    /// The product, for example `Istio 1.29`; `nil` for Envoy alone.
    package let product: String?

    package init(minor: Int, in product: String? = nil) {
        self.minor = minor
        self.product = product
    }

    /// The name in messages, for example `Istio 1.29 (Envoy 1.37)`.
    var title: String { product.map { "\($0) (Envoy 1.\(minor))" } ?? "Envoy 1.\(minor)" }

    /// Whether it has the host functions of a generation; `nil` if that is not known.
    func has(_ generation: EnvoyGeneration) -> Bool? {
        switch generation {
        case .baseline: true
        case .year2025: minor == 33 ? nil : minor >= generation.minor
        case .year2026: minor >= generation.minor
        }
    }

    /// Whether it is an older release of the same product.
    func isBefore(_ other: EnvoyRelease) -> Bool {
        minor < other.minor
            && product?.split(separator: " ").dropLast() == other.product?.split(separator: " ").dropLast()
    }
}

extension EnvoyRelease {
    /// The minor number of the oldest Envoy 1.x with which ``ModuleCheck`` was compared.
    package static let oldestTried = 36

    /// The meshes' releases whose Envoy is known, in the order of products and then of releases.
    ///
    /// Sources: for Istio, the pull requests of istio/test-infra that set the branch of Envoy (#5649, #5758, #5812, #5899 and
    /// #5903, #5987), and the `ENVOY_SHA` of its proxies; 1.27 lies between two known ones. For Envoy Gateway,
    /// `api/v1alpha1/shared_types.go` of each tag. For Higress, the branch of Envoy in `.gitmodules`.
    package static let ofMeshes =
        (26...31).map { EnvoyRelease(minor: $0 + 8, in: "Istio 1.\($0)") }
        + (5...9).map { EnvoyRelease(minor: $0 + 30, in: "Envoy Gateway 1.\($0)") }
        + [EnvoyRelease(minor: 36, in: "Higress 2.2")]

    /// Returns the release with a title such as `Istio 1.29`; `nil` if its Envoy is not known.
    package static func ofMesh(_ product: String) -> EnvoyRelease? {
        ofMeshes.first { $0.product == product }
    }

    /// Returns the releases of meshes that ship a version of Envoy, such as `1.37.0`: `["Istio 1.29", "Envoy Gateway 1.7"]`.
    ///
    /// Other versions than 1.x are in none.
    package static func products(shipping version: String) -> [String] {
        let numbers = version.split(separator: ".")
        guard numbers.count > 1, numbers[0] == "1", let minor = Int(numbers[1]) else { return [] }
        return ofMeshes.filter { $0.minor == minor }.compactMap(\.product)
    }
}
