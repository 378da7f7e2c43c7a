package import Diagnostics
import HTTPTransport
package import OCI
package import Storage

extension RemoteRepository {
    /// Verifies an image that was just stored: reads the manifest by its digest and by each tag, compares it byte for
    /// byte, and checks that each blob exists with the right size.
    ///
    /// - Parameters:
    ///   - manifest: the image.
    ///   - tags: the tags that must point to it.
    /// - Throws: ``Failure/Code/digestMismatch`` for content that differs, and ``Failure/Code/notFound`` for missing
    ///   content.
    package func verify(_ manifest: Blob, under tags: [Tag]) async throws(Failure) {
        for target in [manifest.descriptor.digest.description] + tags.map(\.description) {
            try await readBack(manifest, from: target)
        }
        try await verifyParts(of: manifest)
    }

    private func verifyParts(of manifest: Blob) async throws(Failure) {
        try await ManifestGraph.walk(
            from: ManifestGraph.Node(manifest.descriptor, manifest),
            reading: { child throws(Failure) in
                try await retrying("manifest \(child.digest)") { _ throws(RequestFailure) in
                    try await self.manifest(child.digest.description)
                }
            },
            visit: { step throws(Failure) in
                guard case .content(let parts, _) = step else { return }
                for part in parts { try await verifyBlob(part) }
            }
        )
    }

    private func verifyBlob(_ blob: Descriptor) async throws(Failure) {
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
            // Without a length, only the bytes show the size.
            _ = try await fetch(blob)
            return
        }
        guard size == blob.size else {
            throw Failure(
                .digestMismatch,
                "\(registry) has a different \(blob.role) from the one sent",
                why: "\(blob.digest) has \(blob.size) bytes, but the registry reports \(size)",
                try: ["push again; if it fails again, contact the registry's administrator"]
            )
        }
    }
}
