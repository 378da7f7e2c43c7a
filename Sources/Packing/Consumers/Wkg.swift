import Diagnostics
import OCI
import ProxyWasm

/// `wkg` and similar tools, which read the CNCF's artifact with a component; proxies do not.
struct Wkg: Consumer {
    let name = "wkg"
    let host: ProxyHost? = nil

    /// Returns the findings by the CNCF's "Wasm OCI Artifact layout" and the rules of wkg's client.
    func findings(on image: ImageInspection, named name: Reference?, limit: Int) -> [Finding] {
        let manifest = image.manifest
        var findings: [Finding] = []
        func reject(_ id: String, _ message: String, consumerMessage: String? = nil) {
            findings.append(
                Finding(
                    id,
                    .error,
                    message,
                    consumerMessage: consumerMessage,
                    try: ["wasmpack copy --format wasm FROM TO"]
                )
            )
        }
        if image.choice.isFromIndex {
            findings.append(Finding("index", .warning, "it is an index; wkg may not select an image from it"))
        }
        if manifest.mediaType == nil { reject("no-media-type", "the manifest has no mediaType") }
        if manifest.config.mediaType != .wasmConfig {
            reject(
                "config-type",
                "the config has the type \(manifest.config.mediaType.name.truncated(to: 160))",
                consumerMessage: "Wasm components must have a config of type \(MediaType.wasmConfig)"
            )
        }
        if manifest.layers.count != 1 {
            reject("layer-count", "the artifact must have 1 layer; this one has \(manifest.layers.count)")
        }
        guard let layer = image.layers.first else { return findings }
        if layer.descriptor.mediaType != .wasmModule {
            reject(
                "layer-type",
                "the layer must have the type \(MediaType.wasmModule), not "
                    + layer.descriptor.mediaType.name.truncated(to: 160)
            )
        } else if case .failure(let failure) = image.plugin {
            reject("plugin-invalid", failure.message)
        } else if case .success(let plugin) = image.plugin, plugin.isCoreModule {
            findings.append(
                Finding(
                    "core-module",
                    .note,
                    "it contains a core module; wkg fetches it, but tools that need a component cannot use it"
                )
            )
        }
        return findings
    }
}
