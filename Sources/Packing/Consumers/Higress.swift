import Diagnostics
import OCI
import ProxyWasm

/// Higress's agent, a fork of Istio's; its Envoy has host functions of its own.
struct Higress: Consumer {
    let name = "higress"
    let host: ProxyHost? = .higress

    /// Follows the agent's fetcher.
    func findings(on image: ImageInspection, named name: Reference?, limit: Int) -> [Finding] {
        Istio.agentFindings(on: image, named: name, limit: limit)
    }
}
