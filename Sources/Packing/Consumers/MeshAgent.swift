import Diagnostics
import OCI
import ProxyWasm

/// The agent beside each proxy that fetches what a `WasmPlugin` names (`pkg/wasm` of Istio, and of its forks).
struct MeshAgent: Consumer {
    let name: String
    let host: ProxyHost?

    /// Istio's; Alibaba's ASM is Istio's too.
    static let istio = MeshAgent(name: "istio", host: .envoy)
    /// Higress's, a fork of Istio's; its Envoy has host functions that others lack.
    static let higress = MeshAgent(name: "higress", host: .higress)

    /// Follows the agent's fetcher.
    func findings(on image: ImageInspection, named name: Reference?, limit: Int) -> [Finding] {
        MeshFetcher(image, named: name, limit: limit, tooLarge: { _ in "unexpected EOF" }).findings
            + MeshNames.findings(on: image, named: name, tagless: .cached)
            + MeshFetcher.slowness(of: image)
    }
}
