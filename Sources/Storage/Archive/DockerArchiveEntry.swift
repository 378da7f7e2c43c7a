import OCI

/// One image of `manifest.json`, the file by which Docker's own tools find images in an archive.
struct DockerArchiveEntry: Hashable, Codable {
    /// The name of the entry with the config.
    let config: String
    /// The image's names, each with its tag; may be missing, empty or `null`.
    let repoTags: [String]?
    /// The names of the entries with the layers, lowest first.
    let layers: [String]

    enum CodingKeys: String, CodingKey {
        case config = "Config"
        case repoTags = "RepoTags"
        case layers = "Layers"
    }

    /// Points at the blobs of a layout in the same archive.
    ///
    /// `nil` for what Docker's tools could not load: anything but an ordinary image with tars that they unpack.
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
    /// The name of its blob in a layout, and so in an archive of one (image spec, "Image Layout").
    var archiveName: String { "blobs/\(algorithm.rawValue)/\(encoded)" }
}
