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
    package func verify(_ manifest: Blob, under tags: [Tag]) async throws(Failure) {
        for target in [manifest.descriptor.digest.description] + tags.map(\.description) {
            try await readBack(manifest, from: target)
        }
        try await proveParts(of: manifest)
    }

    private func proveParts(of manifest: Blob) async throws(Failure) {
        try await ManifestGraph.walk(
            from: ManifestGraph.Node(manifest.descriptor, manifest),
            reading: { child throws(Failure) in
                try await retrying("manifest \(child.digest)") { _ throws(RequestFailure) in
                    try await self.manifest(child.digest.description)
                }
            },
            visit: { step throws(Failure) in
                guard case .content(let parts, _) = step else { return }
                for part in parts { try await proveBlob(part) }
            }
        )
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
