package import Diagnostics
import HTTPTransport
package import OCI
package import Storage
import Synchronization

extension RemoteRepository: ContentDestination {
    /// `true`: a registry rejects a manifest whose blobs it does not have.
    package var enforcesReferences: Bool { true }

    /// Returns the manifest that a name points to in the registry now.
    package func current(_ name: RefName) async throws(Failure) -> Descriptor? {
        guard let target = name.manifestTarget else { return nil }
        return try await retrying("manifest \(target)") { _ throws(RequestFailure) in
            try await self.head(target)
        }
    }

    /// Returns whether the registry has the content with the right size.
    ///
    /// Returns `false` if the registry fails to answer, so that the content is uploaded.
    package func contains(_ descriptor: Descriptor) async throws(Failure) -> Bool {
        let folder = descriptor.mediaType.isStoredAsManifest ? "manifests" : "blobs"
        let what = "\(descriptor.role) \(descriptor.digest.short)"
        do throws(Failure) {
            return try await retrying(what) { _ throws(RequestFailure) in
                let answer = try await self.client.send(
                    .head,
                    "\(folder)/\(descriptor.digest)",
                    headers: folder == "manifests" ? Self.accepted : [:]
                )
                switch answer.status {
                case 200: return answer.mayHaveLength(descriptor.size)
                case 401, 403, 408, 429, 500...:
                    throw try await self.client.failure(for: answer, doing: "push to")
                default: return false
                }
            }
        } catch {
            guard error.code == .serverFailed else { throw error }
            client.events.record(.detail("\(what): \(error.message); uploading it"))
            return false
        }
    }

    /// Stores content; stores a manifest under its digest.
    package func push(_ blob: Blob) async throws(Failure) {
        if blob.descriptor.mediaType.isStoredAsManifest {
            try await put(blob, at: blob.descriptor.digest.description)
        } else {
            _ = try await store(blob.descriptor) { blob }
        }
    }

    /// Mounts a blob from the mount source if possible, or else uploads it.
    ///
    /// A blob that another task is uploading or has uploaded is not sent again.
    package func store(
        _ descriptor: Descriptor,
        orFetch fetch: @escaping @Sendable () async throws(Failure) -> Blob
    ) async throws(Failure) -> CopyReport.Status {
        guard !descriptor.mediaType.isStoredAsManifest else {
            try await push(fetch())
            return .copied
        }
        do throws(RequestFailure) {
            return try await uploads.value(for: descriptor.digest) {
                [self] () async throws(RequestFailure) in
                guard !uploaded.withLock({ $0.contains(descriptor.digest) }) else { return .exists }
                let mounted = try await mount(descriptor)
                var status = CopyReport.Status.mounted
                if mounted?.isDone != true {
                    let upload = BlobUpload(
                        of: try await fetched(fetch, for: mounted),
                        to: self,
                        into: mounted
                    )
                    do throws(Failure) {
                        try await retrying("\(descriptor.role) \(descriptor.digest.short)", upload.attempt)
                    } catch {
                        await upload.abandon()
                        throw RequestFailure(error)
                    }
                    status = .copied
                }
                uploaded.withLock { _ = $0.insert(descriptor.digest) }
                return status
            }
        } catch {
            throw error.failure
        }
    }

    /// Fetches the content for an upload; deletes an opened upload if that fails.
    private func fetched(
        _ fetch: @Sendable () async throws(Failure) -> Blob,
        for offered: Opened?
    ) async throws(RequestFailure) -> Blob {
        do throws(Failure) {
            return try await fetch()
        } catch {
            if case .session(let session)? = offered { await client.abandon(session.location) }
            throw RequestFailure(error)
        }
    }

    /// Stores a manifest under a tag.
    package func tag(_ manifest: Blob, as name: RefName) async throws(Failure) {
        let target = name.manifestTarget ?? manifest.descriptor.digest.description
        do throws(Failure) {
            try await put(manifest, at: target)
        } catch {
            throw error.adding(result: "\(target) may have been set")
        }
    }
}
