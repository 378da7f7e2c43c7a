import Diagnostics
import OCI
import ProxyWasm

/// An Envoy without a control plane, which loads a module from a file or by HTTP and fetches no images.
struct PlainEnvoy: Consumer {
    let name = "envoy"
    let host: ProxyHost? = .envoy

    func findings(on image: ImageInspection, named name: Reference?, limit: Int) -> [Finding] { [] }
}
