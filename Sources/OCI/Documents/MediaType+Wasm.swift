extension MediaType {
    /// The runtime config of solo.io's artifact, its config and its first layer at once (Wasm image spec, variant `oci`).
    package static let soloConfig = MediaType("application/vnd.module.wasm.config.v1+json")
}
