import Diagnostics
import OCI
import ProxyWasm

/// The agent of each proxy, which fetches the image of a `WasmPlugin` (`pkg/wasm` of Istio, and of its forks).
struct MeshAgent: Consumer {
    let name: String
    let host: ProxyHost?

    /// Istio's agent, which Alibaba's ASM uses too.
    static let istio = MeshAgent(name: "istio", host: .envoy)
    /// Higress's fork of Istio's agent; its Envoy has additional host functions.
    static let higress = MeshAgent(name: "higress", host: .higress)

    /// Returns the findings by the rules of the agent's fetcher.
    func findings(on image: ImageInspection, named name: Reference?, limit: Int) -> [Finding] {
        MeshFetcher(image, named: name, limit: limit, tooLarge: { _ in "unexpected EOF" }).findings
            + MeshNames.findings(on: image, named: name, tagless: .cached)
            + MeshFetcher.slowness(of: image)
    }
}
