package import Diagnostics

extension Manifest {
    /// Compares the layers with those that a config of the CNCF's artifact names ("Wasm OCI Artifact", `layerDigests`).
    ///
    /// - Parameter config: the bytes of the config.
    /// - Throws: ``Failure/Code/manifestInvalid`` for a config that is none, and ``Failure/Code/digestMismatch`` for one
    ///   that names other layers.
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
            "the config \(self.config.digest) is of another artifact",
            why: "its \"layerDigests\" are "
                + expected.map(\.description).joined(separator: ", ").truncated(to: 400)
                + ", and the manifest has other layers"
        )
    }
}

/// What counts here of a config, whatever else others write into it.
private struct LayerDigests: Decodable {
    let layerDigests: [Digest]?
}
