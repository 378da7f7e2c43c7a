/// The config of the CNCF's Wasm artifact (cncf/tag-runtime, "Wasm OCI Artifact").
package struct WasmConfig: Hashable, Sendable, Codable {
    /// What a component needs and gives, by the names of its interfaces.
    package struct Component: Hashable, Sendable, Codable {
        /// The interfaces it gives, for example `wasi:http/incoming-handler@0.2.0`.
        package let exports: [String]
        /// The interfaces it needs.
        package let imports: [String]
        /// The world it is made for, if somebody said so.
        package let target: String?

        /// Describes a component.
        package init(exports: [String], imports: [String], target: String? = nil) {
            self.exports = exports
            self.imports = imports
            self.target = target
        }

        /// Writes every member, as the Rust implementation does: `target` may be `null`.
        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(exports, forKey: .exports)
            try container.encode(imports, forKey: .imports)
            try container.encode(target, forKey: .target)
        }
    }

    /// When, as RFC 3339.
    package let created: String
    /// By whom.
    package let author: String?
    /// Always `wasm`.
    package let architecture: String
    /// The generation of WASI: `wasip1` for a core module, `wasip2` for a component.
    package let os: String
    /// The digests of the layers, of which there is one.
    package let layerDigests: [Digest]
    /// What a component says of itself; `nil` for a core module.
    package let component: Component?

    /// Describes a core module, or a component.
    package init(created: String, layer: Digest, component: Component? = nil) {
        self.created = created
        author = nil
        architecture = "wasm"
        os = component == nil ? "wasip1" : "wasip2"
        layerDigests = [layer]
        self.component = component
    }

    /// Writes every member, as the Rust implementation does: `author` and `component` may be `null`.
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
