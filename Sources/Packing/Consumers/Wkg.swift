import Diagnostics
import OCI
import ProxyWasm

/// `wkg` and its like, which read the CNCF's artifact for components; proxies do not.
struct Wkg: Consumer {
    let name = "wkg"
    let host: ProxyHost? = nil

    /// Follows the CNCF's "Wasm OCI Artifact layout" and wkg's client.
    func findings(on image: ImageInspection, named name: Reference?, limit: Int) -> [Finding] {
        let manifest = image.manifest
        var findings: [Finding] = []
        func refuse(_ id: String, _ message: String, saying: String? = nil) {
            findings.append(
                Finding(id, .error, message, saying: saying, try: ["wasmpack copy --format wasm FROM TO"])
            )
        }
        if image.choice.isFromIndex {
            findings.append(Finding("index", .warning, "it is an index; wkg may not choose an image from it"))
        }
        if manifest.mediaType == nil { refuse("no-media-type", "the manifest does not say its own type") }
        if manifest.config.mediaType != .wasmConfig {
            refuse(
                "config-type",
                "the config is of the type \(manifest.config.mediaType.name.truncated(to: 160))",
                saying: "Wasm components must have a config of type \(MediaType.wasmConfig)"
            )
        }
        if manifest.layers.count != 1 {
            refuse("layer-count", "the artifact has to have 1 layer; this one has \(manifest.layers.count)")
        }
        guard let layer = image.layers.first else { return findings }
        if layer.descriptor.mediaType != .wasmModule {
            refuse(
                "layer-type",
                "the layer has to be of the type \(MediaType.wasmModule), not "
                    + layer.descriptor.mediaType.name.truncated(to: 160)
            )
        } else if case .failure(let failure) = image.plugin {
            refuse("plugin-invalid", failure.message)
        } else if case .success(let plugin) = image.plugin, plugin.isCoreModule {
            findings.append(
                Finding(
                    "core-module",
                    .note,
                    "it holds a core module, which wkg fetches, and which tools that want a component cannot use"
                )
            )
        }
        return findings
    }
}
