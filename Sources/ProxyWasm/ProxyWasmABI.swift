/// A version of the interface between a plugin and its proxy (proxy-wasm spec, "ABI versions").
package enum ProxyWasmABI: String, Sendable, CaseIterable {
    case v0_1_0 = "0.1.0"
    case v0_2_0 = "0.2.0"
    case v0_2_1 = "0.2.1"

    /// The name of the exported function that declares this version.
    package var marker: String {
        switch self {
        case .v0_1_0: "proxy_abi_version_0_1_0"
        case .v0_2_0: "proxy_abi_version_0_2_0"
        case .v0_2_1: "proxy_abi_version_0_2_1"
        }
    }

    /// Returns the version whose marker has this name.
    init?(marker: String) {
        guard let version = Self.allCases.first(where: { $0.marker == marker }) else { return nil }
        self = version
    }
}
