import Diagnostics
import OCI
import ProxyWasm

/// Istio's agent, which fetches what a `WasmPlugin` names (`pkg/wasm`); Alibaba's ASM is Istio's.
struct Istio: Consumer {
    let name = "istio"
    let host: ProxyHost? = .envoy

    /// Follows the agent's fetcher.
    func findings(on image: ImageInspection, named name: Reference?, limit: Int) -> [Finding] {
        Self.agentFindings(on: image, named: name, limit: limit)
    }

    /// What the agent beside each proxy says, Istio's own or that of a fork.
    static func agentFindings(on image: ImageInspection, named name: Reference?, limit: Int) -> [Finding] {
        MeshFetcher(image, named: name, limit: limit, tooLarge: { _ in "unexpected EOF" }).findings
            + MeshNames.findings(on: image, named: name, tagless: .keptForEver)
            + MeshFetcher.slowness(of: image)
    }
}
