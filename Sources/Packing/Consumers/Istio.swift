public import OCI
public import Wasm

/// Istio's agent, which fetches what a `WasmPlugin` names (`pkg/wasm`); Alibaba's ASM is Istio's.
public struct Istio: Consumer {
    public let name = "istio"
    public let host: ProxyHost? = .envoy

    /// Follows the agent's fetcher.
    public func findings(on image: ImageInspection, named name: Reference?, limit: Int) -> [Finding] {
        MeshFetcher(image, named: name, limit: limit, tooLarge: { _ in "unexpected EOF" }).findings
            + MeshNames.findings(on: image, named: name, tagless: .keptForEver)
            + MeshFetcher.slowness(of: image)
    }
}
