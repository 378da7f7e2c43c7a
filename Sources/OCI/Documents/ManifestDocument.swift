package import Diagnostics

/// A decoded manifest: one image, or an index of images.
package enum ManifestDocument: Hashable, Sendable {
    case image(Manifest)
    case index(Index)

    /// Reads a manifest as the type that the store declares.
    ///
    /// Throws ``Failure/Code/manifestInvalid`` for bytes that are not a manifest of that type, that are both an image and
    /// an index (CVE-2021-41190), or that repeat a key; ``Failure/Code/manifestUnsupported`` for Docker's schema 1 and for
    /// unknown types.
    package init(decoding bytes: [UInt8], mediaType declared: MediaType) throws(Failure) {
        let shape = try CanonicalJSON.decode(
            Shape.self,
            from: bytes,
            as: "manifest",
            failing: .manifestInvalid
        )
        if shape.schemaVersion == 1 || shape.fsLayers != nil || shape.history != nil {
            throw Failure(
                .manifestUnsupported,
                "schema 1 images are not supported",
                why: "schema 1 is an obsolete Docker format, which proxies do not load either",
                try: ["build and push the plugin again: wasmpack push REFERENCE plugin.wasm"]
            )
        }
        // Before all that follows: what another type of document lacks says nothing about it.
        guard declared.isManifest || declared.isIndex else {
            throw Failure(
                .manifestUnsupported,
                "\"\(declared.shown)\" is not a supported manifest type",
                why: "supported are OCI image manifests and indexes, and Docker's version 2 schema 2"
            )
        }
        guard shape.schemaVersion == 2 else {
            throw Failure(.manifestInvalid, "the manifest has no \"schemaVersion\": 2")
        }
        if shape.manifests != nil, shape.config != nil || shape.layers != nil {
            throw Failure(
                .manifestInvalid,
                "the manifest is ambiguous: it has both \"manifests\" and \"config\" or \"layers\"",
                why: "some clients would read it as an index, others as an image (CVE-2021-41190)"
            )
        }
        if let own = shape.mediaType, own != declared {
            throw Failure(
                .manifestInvalid,
                "the manifest's \"mediaType\" is \"\(own.shown)\", but it was declared as \"\(declared.shown)\"",
                why: "both must be the same (image spec, \"Image Manifest\")"
            )
        }
        if declared.isManifest {
            self = .image(
                try CanonicalJSON.decode(
                    Manifest.self,
                    from: bytes,
                    as: "manifest",
                    failing: .manifestInvalid
                )
            )
        } else {
            self = .index(
                try CanonicalJSON.decode(Index.self, from: bytes, as: "index", failing: .manifestInvalid)
            )
        }
        try checkParts()
    }

    /// The content that a store must have before this document, each descriptor once.
    package var successors: [Descriptor] {
        switch self {
        case .image(let manifest): manifest.successors
        case .index(let index): index.successors
        }
    }

    /// The members that decide the kind of the document, with any values.
    private struct Shape: Decodable {
        let schemaVersion: Int?
        let mediaType: MediaType?
        let manifests: Anything?
        let config: Anything?
        let layers: Anything?
        let fsLayers: Anything?
        let history: Anything?
    }

    private struct Anything: Decodable {
        init(from decoder: any Decoder) {}
    }
}

extension MediaType {
    /// The type for a message, truncated because a peer may send any length.
    fileprivate var shown: String { name.truncated(to: 160) }
}
