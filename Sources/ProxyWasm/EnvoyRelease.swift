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
        // The change came in the month of Envoy 1.33, which was not tried.
        case .year2025: minor == 33 ? nil : minor > 33
        // Tried with Envoy 1.36 to 1.40.
        case .year2026: minor >= 39
        }
    }
}
