import Diagnostics

extension ManifestDocument {
    /// The most descriptors in one document: 1000.
    static let successorLimit = 1000

    /// Throws ``Failure/Code/manifestInvalid`` for too many descriptors, and for a digest with two sizes.
    func checkParts() throws(Failure) {
        let parts =
            switch self {
            case .image(let manifest): manifest.parts
            case .index(let index): index.manifests
            }
        guard parts.count <= Self.successorLimit else {
            throw Failure(
                .manifestInvalid,
                "the manifest lists \(parts.count) blobs or manifests",
                why: "the limit is \(Self.successorLimit); a typical container image has a few dozen"
            )
        }
        // Later steps read only one descriptor of each digest, so they would miss a second size.
        var sizes: [Digest: Int] = [:]
        for part in parts {
            let size = sizes[part.digest, default: part.size]
            guard size == part.size else {
                throw Failure(
                    .manifestInvalid,
                    "the manifest gives \(part.digest) two sizes",
                    why: "they are \(size) and \(part.size) bytes; a digest has only one size"
                )
            }
            sizes[part.digest] = size
        }
    }
}
