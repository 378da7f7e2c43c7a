import Diagnostics
import OCI
import ProxyWasm

/// Envoy Gateway's controller, which fetches what an `EnvoyExtensionPolicy` names (`internal/wasm`, a fork of Istio's).
///
/// It has five minutes for an image, where Istio has thirty seconds.
struct EnvoyGateway: Consumer {
    let name = "envoy-gateway"
    let host: ProxyHost? = .envoy

    /// Follows the controller's fetcher.
    func findings(on image: ImageInspection, named name: Reference?, limit: Int) -> [Finding] {
        MeshFetcher(
            image,
            named: name,
            limit: limit,
            tooLarge: { what in
                switch what {
                case .file(let size): "plugin.wasm size \(size) exceeds maximum size \(limit)"
                case .layer: "wasm layer size exceeds maximum size \(limit)"
                }
            }
        ).findings
            + MeshNames.findings(on: image, named: name, tagless: .latest)
    }
}
