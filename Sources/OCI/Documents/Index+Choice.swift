extension Index {
    /// The images that it lists, without what only describes them (attestations).
    package var images: [Descriptor] {
        manifests.filter { entry in
            entry.annotations?[AnnotationKey.dockerReferenceType] == nil
                && entry.platform != Platform(os: "unknown", architecture: "unknown")
                && entry.artifactType?.name.contains("in-toto") != true
        }
    }

    /// The image that a proxy takes from it, or else the only one that can be meant; `nil` when there are several.
    ///
    /// Istio takes the first one for linux/amd64, and one without a platform counts as such.
    package var choice: Descriptor? {
        let images = images
        return images.first { $0.platform == nil || $0.platform == .linuxAMD64 }
            ?? (images.count == 1 ? images.first : images.first { $0.platform?.architecture == "wasm" })
    }
}
