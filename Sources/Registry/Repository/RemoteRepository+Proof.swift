package import Diagnostics
import HTTPTransport
package import OCI
package import Storage

extension RemoteRepository {
    /// Asks the registry again for an image that was just stored: the manifest by its digest and by each tag, byte for
    /// byte, and whether each blob is there in its size.
    ///
    /// - Parameters:
    ///   - manifest: the image.
    ///   - tags: what has to stand for it.
    /// - Throws: ``Failure/Code/digestMismatch`` for content that is not what was sent, ``Failure/Code/notFound`` for
    ///   content that is not there.
    package func prove(_ manifest: Blob, under tags: [Tag]) async throws(Failure) {
        for target in [manifest.descriptor.digest.description] + tags.map(\.description) {
            try await readBack(manifest, from: target)
        }
        try await proveParts(of: manifest)
    }

    private func proveParts(of manifest: Blob) async throws(Failure) {
        let document = try ManifestDocument(
            decoding: manifest.bytes(limit: Manifest.sizeLimit),
            mediaType: manifest.descriptor.mediaType
        )
        for part in document.successors {
            guard part.mediaType.isStoredAsManifest else {
                try await proveBlob(part)
                continue
            }
            let child = try await retrying("manifest \(part.digest)") { _ throws(RequestFailure) in
                try await self.manifest(part.digest.description)
            }
            try await proveParts(of: child)
        }
    }

    private func proveBlob(_ blob: Descriptor) async throws(Failure) {
        let size = try await retrying("\(blob.role) \(blob.digest.short)") { _ throws(RequestFailure) in
            let answer = try await self.client.send(.head, "blobs/\(blob.digest)")
            guard answer.status == 200 else {
                throw try await self.client.failure(
                    for: answer,
                    doing: self.access.action,
                    missing: "\(blob.role) \(blob.digest)"
                )
            }
            return answer.response.headers["Content-Length"].flatMap { Int($0) }
        }
        guard let size else {
            // Only the bytes can tell.
            _ = try await fetch(blob)
            return
        }
        guard size == blob.size else {
            throw Failure(
                .digestMismatch,
                "\(registry) has another \(blob.role) than the one sent",
                why: "\(blob.digest) has \(blob.size) bytes, there it has \(size)",
                try: ["push again; if it repeats, tell who runs the registry"]
            )
        }
    }
}
