package import Diagnostics
import HTTPTransport
package import OCI
package import Storage

extension RemoteRepository: ContentSource {
    /// The types of manifest that are asked for.
    static let accepted: HeaderFields = [
        "Accept": [MediaType.imageManifest, .imageIndex, .dockerManifest, .dockerManifestList]
            .map(\.name).joined(separator: ", ")
    ]

    /// Fetches the manifest that a name stands for, and tells what it is.
    ///
    /// Throws ``Failure/Code/notFound``, and ``Failure/Code/digestMismatch`` when the registry's own digest of it
    /// contradicts its bytes.
    package func resolve(_ name: RefName) async throws(Failure) -> Descriptor {
        if case .digest(let digest) = name, let known = known(digest) { return known.descriptor }
        let reference = name.manifestReference
        let manifest = try await retrying("manifest \(reference)") { _ throws(RequestFailure) in
            try await self.manifest(reference)
        }
        return manifest.descriptor
    }

    /// Fetches content and proves it.
    package func fetch(_ descriptor: Descriptor) async throws(Failure) -> Blob {
        // Of whatever type: what the registry served as a manifest is none of its blobs.
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
                    "the manifest \(descriptor.digest) is not what it is announced as",
                    why: "expected \(descriptor.mediaType), \(descriptor.size) bytes; "
                        + "got \(manifest.descriptor.mediaType), \(manifest.descriptor.size) bytes"
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

    /// The bytes of an answer as a manifest; hashed before anything reads them.
    private func verified(_ bytes: [UInt8], asked reference: String, in response: Response) throws(Failure)
        -> Blob
    {
        if let encoding = response.contentEncoding { throw Failure(encoded: encoding, from: registry) }
        let announced = response.headers["Content-Type"].map { MediaType($0) }
        if announced?.name == "text/html" {
            throw Failure(.protocolViolation, "the answer is a web page", why: "this is not an OCI registry")
        }
        try check(bytes, asked: reference, announced: response.headers["Docker-Content-Digest"])
        let manifest = try blob(bytes, mediaType(of: bytes, announced: announced), asked: reference)
        keep(manifest)
        return manifest
    }

    /// The manifest has to be the one asked for, and what the registry says it is.
    private func check(_ bytes: [UInt8], asked reference: String, announced: String?) throws(Failure) {
        if let announced, (try? Digest(parsing: announced)) == nil {
            client.events.record(
                .warning("\(registry) announces a digest that is none: \"\(announced.truncated(to: 160))\"")
            )
        }
        // Both at once: a digest asked for, and the registry's header. Neither may be another one.
        for (text, who) in [(reference, "was asked for"), (announced ?? "", "is announced")] {
            guard let expected = try? Digest(parsing: text) else { continue }
            let actual = Digest(of: bytes, algorithm: expected.algorithm)
            guard actual == expected else {
                throw Failure(
                    .digestMismatch,
                    "manifest from \(registry) does not match its digest"
                        + (access == .pull ? "; nothing was written" : ""),
                    why: "\(expected) \(who), the bytes have \(actual)",
                    try: ["again; if it repeats, a proxy or the registry's storage has altered it"]
                )
            }
        }
    }

    /// The manifest under the digest by which it was asked for, which need not be a SHA-256.
    private func blob(_ bytes: [UInt8], _ mediaType: MediaType, asked reference: String) throws(Failure)
        -> Blob
    {
        guard let digest = try? Digest(parsing: reference) else { return Blob(bytes, mediaType: mediaType) }
        let descriptor = Descriptor(mediaType: mediaType, digest: digest, size: bytes.count)
        return try Blob(verifying: bytes, against: descriptor, from: registry.description)
    }

    /// Types that only say "some file", as hosts of files do that are no registries.
    private static let vague = [
        "", "application/json", "application/octet-stream", "binary/octet-stream", "text/plain",
    ]

    /// The announced type, unless it only says "some file": then the manifest's own.
    private func mediaType(of bytes: [UInt8], announced: MediaType?) throws(Failure) -> MediaType {
        struct Typed: Decodable { let mediaType: MediaType? }
        if let announced, !Self.vague.contains(announced.name.lowercased()) { return announced }
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
                    "neither the registry nor the manifest says what type it has"
                )
            }
            return announced
        }
        client.events.record(
            .warning(
                "\(registry) does not say that it sends a manifest (\(announced?.name ?? "no Content-Type")); "
                    + "it says so itself"
            )
        )
        return own
    }
}
