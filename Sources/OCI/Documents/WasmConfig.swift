/// The config of the CNCF's Wasm artifact (cncf/tag-runtime, "Wasm OCI Artifact").
package struct WasmConfig: Hashable, Sendable, Codable {
    /// The imports and exports of a component, by the names of their interfaces.
    package struct Component: Hashable, Sendable, Codable {
        /// The exported interfaces, for example `wasi:http/incoming-handler@0.2.0`.
        package let exports: [String]
        /// The imported interfaces.
        package let imports: [String]
        /// The world that the component targets, if it is known.
        package let target: String?

        /// Creates the description of a component.
        package init(exports: [String], imports: [String], target: String? = nil) {
            self.exports = exports
            self.imports = imports
            self.target = target
        }

        /// Writes every member, like the Rust implementation; `target` may be `null`.
        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(exports, forKey: .exports)
            try container.encode(imports, forKey: .imports)
            try container.encode(target, forKey: .target)
        }
    }

    /// When the artifact was created, as RFC 3339.
    package let created: String
    /// The author of the artifact.
    package let author: String?
    /// Always `wasm`.
    package let architecture: String
    /// The version of WASI: `wasip1` for a core module, `wasip2` for a component.
    package let os: String
    /// The digest of the only layer.
    package let layerDigests: [Digest]
    /// The description of a component; `nil` for a core module.
    package let component: Component?

    /// Creates the config of a core module or a component.
    package init(created: String, layer: Digest, component: Component? = nil) {
        self.created = created
        author = nil
        architecture = "wasm"
        os = component == nil ? "wasip1" : "wasip2"
        layerDigests = [layer]
        self.component = component
    }

    /// Writes every member, like the Rust implementation; `author` and `component` may be `null`.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(created, forKey: .created)
        try container.encode(author, forKey: .author)
        try container.encode(architecture, forKey: .architecture)
        try container.encode(os, forKey: .os)
        try container.encode(layerDigests, forKey: .layerDigests)
        try container.encode(component, forKey: .component)
    }
}
