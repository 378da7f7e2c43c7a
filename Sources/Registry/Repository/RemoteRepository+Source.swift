package import Diagnostics
import HTTPTransport
package import OCI
package import Storage

extension RemoteRepository: ContentSource {
    /// The header with the accepted manifest types.
    static let accepted: HeaderFields = [
        "Accept": [MediaType.imageManifest, .imageIndex, .dockerManifest, .dockerManifestList]
            .map(\.name).joined(separator: ", ")
    ]

    /// Fetches the manifest that a name points to, and returns its descriptor.
    ///
    /// Throws ``Failure/Code/notFound``, and ``Failure/Code/digestMismatch`` if the digest in the registry's response does
    /// not match the bytes.
    package func resolve(_ name: RefName) async throws(Failure) -> Descriptor {
        if case .digest(let digest) = name, let known = known(digest) { return known.descriptor }
        let reference = name.manifestReference
        let manifest = try await retrying("manifest \(reference)") { _ throws(RequestFailure) in
            try await self.manifest(reference)
        }
        return manifest.descriptor
    }

    /// Returns the manifest that a name points to, as the registry states it: its bytes are not hashed, unless the registry
    /// states too little.
    ///
    /// Returns `nil` if the name does not exist. Throws ``Failure/Code/digestMismatch`` if the registry states another digest
    /// than the one that was asked for.
    package func stated(_ name: RefName) async throws(Failure) -> Descriptor? {
        let reference = name.manifestReference
        let stated = try await retrying("manifest \(reference)") { _ throws(RequestFailure) in
            try await self.head(reference)
        }
        guard case .reference(let reference) = name, let digest = reference.digest, let stated else {
            return stated
        }
        // By another algorithm, only the bytes tell.
        guard stated.digest.algorithm == digest.algorithm else { return nil }
        guard stated.digest == digest else {
            throw Failure(
                .digestMismatch,
                "\(registry) states another digest for \(digest)",
                why: "it states \(stated.digest)",
                try: ["contact the registry's administrator: the registry or a proxy alters manifests"]
            )
        }
        return stated
    }

    /// Fetches and verifies content.
    package func fetch(_ descriptor: Descriptor) async throws(Failure) -> Blob {
        // Also for other types: content that the registry served as a manifest is not among its blobs.
        if let known = known(descriptor.digest), known.descriptor.describesSameContent(as: descriptor) {
            return known
        }
        if descriptor.mediaType.isStoredAsManifest {
            let manifest = try await retrying("manifest \(descriptor.digest)") { _ throws(RequestFailure) in
                try await self.manifest(descriptor.digest.description)
            }
            guard manifest.descriptor.describesSameContent(as: descriptor) else {
                throw Failure(
                    .digestMismatch,
                    "the manifest \(descriptor.digest) does not match its descriptor",
                    why: "expected \(descriptor.mediaType), \(descriptor.size) bytes; "
                        + "found \(manifest.descriptor.mediaType), \(manifest.descriptor.size) bytes"
                )
            }
            return manifest
        }
        if let data = descriptor.data {
            return try Blob(verifying: data, against: descriptor, from: "the manifest")
        }
        try descriptor.failIfForeign()
        return try await download(descriptor)
    }

    func manifest(_ reference: String) async throws(RequestFailure) -> Blob {
        let body = BodyBuffer(limit: Manifest.sizeLimit)
        let answer = try await client.send(.get, "manifests/\(reference)", headers: Self.accepted, into: body)
        guard answer.status == 200 else {
            let isDigest = reference.contains(":")
            throw try await client.failure(
                for: answer,
                doing: "read from",
                missing: (isDigest ? "manifest " : "tag ") + reference
            )
        }
        return try RequestFailure.rethrowing { () throws(Failure) in
            try verified(body.bytes, asked: reference, in: answer.response)
        }
    }

    /// Returns the body of a response as a manifest, hashed before it is decoded.
    private func verified(_ bytes: [UInt8], asked reference: String, in response: Response) throws(Failure)
        -> Blob
    {
        if let encoding = response.contentEncoding { throw Failure(encoded: encoding, from: registry) }
        let announced = response.headers["Content-Type"].map { MediaType($0) }
        if announced?.name == "text/html" {
            throw Failure(
                .protocolViolation,
                "the response is a web page",
                why: "the server is not an OCI registry"
            )
        }
        try check(bytes, asked: reference, announced: response.headers["Docker-Content-Digest"])
        let manifest = try blob(bytes, mediaType(of: bytes, announced: announced), asked: reference)
        keep(manifest)
        return manifest
    }

    /// Checks that the bytes match the requested digest and the digest in the response.
    private func check(_ bytes: [UInt8], asked reference: String, announced: String?) throws(Failure) {
        if let announced, (try? Digest(parsing: announced)) == nil {
            client.events.record(
                .warning("\(registry) sent an invalid digest: \"\(announced.truncated(to: 160))\"")
            )
        }
        // Both the requested digest and the header's digest must match.
        for (text, origin) in [(reference, "was requested"), (announced ?? "", "was announced")] {
            guard let expected = try? Digest(parsing: text) else { continue }
            let actual = Digest(of: bytes, algorithm: expected.algorithm)
            guard actual == expected else {
                throw Failure(
                    .digestMismatch,
                    "manifest from \(registry) does not match its digest"
                        + (access == .pull ? "; nothing was written" : ""),
                    why: "\(expected) \(origin), but the bytes have \(actual)",
                    try: [
                        "try again; if it fails again, a proxy or the registry's storage has altered the content"
                    ]
                )
            }
        }
    }

    /// Makes a blob with the requested digest, which need not be a SHA-256.
    private func blob(_ bytes: [UInt8], _ mediaType: MediaType, asked reference: String) throws(Failure)
        -> Blob
    {
        guard let digest = try? Digest(parsing: reference) else { return Blob(bytes, mediaType: mediaType) }
        let descriptor = Descriptor(mediaType: mediaType, digest: digest, size: bytes.count)
        return try Blob(verifying: bytes, against: descriptor, from: registry.description)
    }

    /// Generic types, which file servers send.
    private static let genericTypes = [
        "", "application/json", "application/octet-stream", "binary/octet-stream", "text/plain",
    ]

    /// Returns the announced type, or the manifest's own if the announced one is generic.
    private func mediaType(of bytes: [UInt8], announced: MediaType?) throws(Failure) -> MediaType {
        struct Typed: Decodable { let mediaType: MediaType? }
        if let announced, !Self.genericTypes.contains(announced.name.lowercased()) { return announced }
        let body = try CanonicalJSON.decode(
            Typed.self,
            from: bytes,
            as: "manifest",
            failing: .manifestInvalid
        )
        guard let own = body.mediaType else {
            guard let announced else {
                throw Failure(
                    .manifestInvalid,
                    "neither the registry nor the manifest names the manifest's type"
                )
            }
            return announced
        }
        client.events.record(
            .warning(
                "\(registry) did not send a manifest type (\(announced?.name ?? "no Content-Type")); "
                    + "using the type in the manifest"
            )
        )
        return own
    }
}
