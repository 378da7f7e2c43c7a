package import Diagnostics

extension Manifest {
    /// Compares the layers with the `layerDigests` of a CNCF Wasm config ("Wasm OCI Artifact").
    ///
    /// - Parameter config: the bytes of the config.
    /// - Throws: ``Failure/Code/manifestInvalid`` for an invalid config, and ``Failure/Code/digestMismatch`` for a config
    ///   that lists other layers.
    package func checkLayerDigests(in config: [UInt8]) throws(Failure) {
        let named = try CanonicalJSON.decode(
            LayerDigests.self,
            from: config,
            as: "Wasm config",
            failing: .manifestInvalid
        )
        guard let expected = named.layerDigests, expected != layers.map(\.digest) else { return }
        throw Failure(
            .digestMismatch,
            "the config \(self.config.digest) belongs to another artifact",
            why: "its \"layerDigests\" are "
                + expected.map(\.description).joined(separator: ", ").truncated(to: 400)
                + ", which are not the manifest's layers"
        )
    }
}

/// The only member of a config that is compared.
private struct LayerDigests: Decodable {
    let layerDigests: [Digest]?
}
