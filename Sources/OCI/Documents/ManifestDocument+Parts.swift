import Diagnostics

extension ManifestDocument {
    /// How much content one document may name: 1000 pieces.
    static let successorLimit = 1000

    /// Throws ``Failure/Code/manifestInvalid`` for more content than anybody follows, and for what cannot be true.
    func checkParts() throws(Failure) {
        let parts =
            switch self {
            case .image(let manifest): manifest.parts
            case .index(let index): index.manifests
            }
        guard parts.count <= Self.successorLimit else {
            throw Failure(
                .manifestInvalid,
                "the manifest names \(parts.count) pieces of content",
                why: "at most \(Self.successorLimit) are followed; container images have some dozens"
            )
        }
        // Each digest is looked at once later on: of two sizes, one would go on unseen.
        var sizes: [Digest: Int] = [:]
        for part in parts {
            let size = sizes[part.digest, default: part.size]
            guard size == part.size else {
                throw Failure(
                    .manifestInvalid,
                    "the manifest gives \(part.digest) two sizes",
                    why: "\(size) bytes and \(part.size): one content has one size"
                )
            }
            sizes[part.digest] = size
        }
    }
}
