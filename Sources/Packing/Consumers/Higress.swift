import OCI
import Wasm

/// Higress's agent, a fork of Istio's; its Envoy has host functions of its own.
struct Higress: Consumer {
    let name = "higress"
    let host: ProxyHost? = .higress

    /// Follows the agent's fetcher.
    func findings(on image: ImageInspection, named name: Reference?, limit: Int) -> [Finding] {
        MeshFetcher(image, named: name, limit: limit, tooLarge: { _ in "unexpected EOF" }).findings
            + MeshNames.findings(on: image, named: name, tagless: .keptForEver)
            + MeshFetcher.slowness(of: image)
    }
}
