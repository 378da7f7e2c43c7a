extension MediaType {
    /// The runtime config of solo.io's artifact, its config and its first layer at once (Wasm image spec, variant `oci`).
    public static let soloConfig = MediaType("application/vnd.module.wasm.config.v1+json")
    /// The bare module of solo.io's artifact, its second layer.
    public static let soloModule = MediaType("application/vnd.module.wasm.content.layer.v1+wasm")
    /// The config of the CNCF's Wasm artifact ("Wasm OCI Artifact", config).
    public static let wasmConfig = MediaType("application/vnd.wasm.config.v0+json")
    /// A bare module or component, the only layer of the CNCF's Wasm artifact.
    public static let wasmModule = MediaType("application/wasm")
}
