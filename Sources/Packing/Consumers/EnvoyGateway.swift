import Diagnostics
import OCI
import ProxyWasm

/// Envoy Gateway's controller, which fetches the image of an `EnvoyExtensionPolicy` (`internal/wasm`, a fork of Istio's).
///
/// Its timeout for an image is five minutes; Istio's is 30 seconds.
struct EnvoyGateway: Consumer {
    let name = "envoy-gateway"
    let host: ProxyHost? = .envoy

    /// Returns the findings by the rules of the controller's fetcher.
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
