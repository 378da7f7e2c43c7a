import Diagnostics
import OCI
import Packing
import ProxyWasm
import Wasm

/// A module in the JSON document of `check`.
struct CheckedModuleDocument: Encodable {
    let digest: String
    let size: Int
    let verdict: String
    let bodiesValidated: Bool
    let abi: Nullable<String>
    /// The first tried Envoy with all functions that the module imports, as MAJOR.MINOR.
    let minimumEnvoy: Nullable<String>
    let sdk: Nullable<String>
    let type: Nullable<String>
    let findings: [FindingDocument]

    init(_ module: ModuleInspection, _ findings: [Finding], envoy: Finding?, bodiesValidated: Bool) {
        let check = module.check
        digest = module.identity.digest.description
        size = module.identity.size
        verdict = (findings + [envoy].compactMap(\.self)).map(\.severity).max().verdict
        self.bodiesValidated = bodiesValidated
        abi = Nullable(check?.abi?.rawValue)
        minimumEnvoy = Nullable(check.map { "1.\($0.minimumEnvoy)" })
        sdk = Nullable(check?.sdk?.rawValue)
        type = Nullable(check?.pluginType?.rawValue)
        self.findings = findings.map(FindingDocument.init)
    }
}
