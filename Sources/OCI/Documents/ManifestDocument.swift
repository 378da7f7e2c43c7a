package import Diagnostics

/// What the bytes of a manifest say: one image, or a list of them.
package enum ManifestDocument: Hashable, Sendable {
    case image(Manifest)
    case index(Index)

    /// Reads the bytes of a manifest whose type the store has named.
    ///
    /// Throws ``Failure/Code/manifestInvalid`` for bytes that are no manifest of that type, that could be read as two
    /// kinds at once (CVE-2021-41190), or that repeat a key; ``Failure/Code/manifestUnsupported`` for Docker's schema 1
    /// and for types that this program does not know.
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
                why: "this manifest has Docker's old form, which proxies do not load either",
                try: ["build and push the plugin again: wasmpack push REFERENCE plugin.wasm"]
            )
        }
        guard shape.schemaVersion == 2 else {
            throw Failure(.manifestInvalid, "the manifest has no \"schemaVersion\": 2")
        }
        if shape.manifests != nil, shape.config != nil || shape.layers != nil {
            throw Failure(
                .manifestInvalid,
                "the manifest is ambiguous: it has both \"manifests\" and \"config\" or \"layers\"",
                why: "one reader would take it for an index, another for an image (CVE-2021-41190)"
            )
        }
        if let own = shape.mediaType, own != declared {
            throw Failure(
                .manifestInvalid,
                "the manifest says \"\(own.shown)\", but was announced as \"\(declared.shown)\"",
                why: "both have to be the same (image spec, \"Image Manifest\")"
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
        } else if declared.isIndex {
            self = .index(
                try CanonicalJSON.decode(Index.self, from: bytes, as: "index", failing: .manifestInvalid)
            )
        } else {
            throw Failure(
                .manifestUnsupported,
                "\"\(declared.shown)\" is not a type of manifest that can be read",
                why: "known are OCI image manifests and indexes, and Docker's version 2 schema 2"
            )
        }
        try checkParts()
    }

    /// What has to be in a store before this document may be, each piece once.
    package var successors: [Descriptor] {
        switch self {
        case .image(let manifest): manifest.successors
        case .index(let index): index.successors
        }
    }

    /// Which members are there, whatever they hold.
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
    /// The type for a message: what a peer sent may be of any length.
    fileprivate var shown: String { name.truncated(to: 160) }
}
