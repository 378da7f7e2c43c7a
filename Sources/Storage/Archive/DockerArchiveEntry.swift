import OCI

/// One image in `manifest.json`, the file that Docker's tools read to find the images of an archive.
struct DockerArchiveEntry: Hashable, Codable {
    /// The name of the entry with the config.
    let config: String
    /// The image's names with their tags; may be missing, empty or `null`.
    let repoTags: [String]?
    /// The names of the entries with the layers, lowest first.
    let layers: [String]

    enum CodingKeys: String, CodingKey {
        case config = "Config"
        case repoTags = "RepoTags"
        case layers = "Layers"
    }

    /// Makes an entry that points to the blobs of a layout in the same archive.
    ///
    /// Returns `nil` if Docker's tools cannot load the image: they need an image config and tar layers without or with
    /// gzip.
    init?(_ image: Manifest, named names: [EntryName]) {
        let isTar = image.layers.allSatisfy { $0.mediaType.isTarGzipLayer || $0.mediaType.isPlainTarLayer }
        guard image.config.mediaType.isImageConfig, isTar, !image.layers.isEmpty else { return nil }
        config = image.config.digest.archiveName
        repoTags = names.compactMap { name in
            guard let reference = name.reference, let tag = reference.tag else { return nil }
            return reference.tagged(tag).description
        }
        layers = image.layers.map(\.digest.archiveName)
    }
}

extension Digest {
    /// The path of its blob in a layout or an archive of a layout (image spec, "Image Layout").
    var archiveName: String { "blobs/\(algorithm.rawValue)/\(encoded)" }
}
