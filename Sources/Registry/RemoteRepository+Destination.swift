public import Diagnostics
import HTTPTransport
public import OCI
public import Storage

extension RemoteRepository: ContentDestination {
    /// A registry refuses a manifest whose blobs it does not have.
    public var keepsImagesWhole: Bool { true }

    /// What a name stands for in the registry now.
    public func current(_ name: RefName) async throws(Failure) -> Descriptor? {
        guard let target = name.manifestTarget else { return nil }
        return try await retrying("manifest \(target)") { _ throws(RequestFailure) in
            try await self.head(target)
        }
    }

    /// Whether the registry has the content, in the right size.
    public func contains(_ descriptor: Descriptor) async throws(Failure) -> Bool {
        let folder = descriptor.mediaType.isStoredAsManifest ? "manifests" : "blobs"
        return try await retrying("\(descriptor.role) \(descriptor.digest.short)") {
            _ throws(RequestFailure) in
            let answer = try await self.client.send(
                .head,
                "\(folder)/\(descriptor.digest)",
                headers: folder == "manifests" ? Self.accepted : [:]
            )
            switch answer.status {
            case 200:
                let length = answer.response.headers["Content-Length"].flatMap { Int($0) }
                return length == nil || length == descriptor.size
            case 401, 403, 408, 429, 500...:
                throw try await self.client.failure(for: answer, doing: "push to")
            default:
                return false
            }
        }
    }

    /// Uploads content; a manifest is stored under its digest.
    public func push(_ blob: Blob) async throws(Failure) {
        if blob.descriptor.mediaType.isStoredAsManifest {
            try await put(blob, at: blob.descriptor.digest.description)
        } else {
            try await upload(blob)
        }
    }

    /// Stores a manifest under a tag.
    public func tag(_ manifest: Blob, as name: RefName) async throws(Failure) {
        try await put(manifest, at: name.manifestTarget ?? manifest.descriptor.digest.description)
    }

    private func head(_ target: String) async throws(RequestFailure) -> Descriptor? {
        let answer = try await client.send(.head, "manifests/\(target)", headers: Self.accepted)
        switch answer.status {
        case 200: break
        case 404: return nil
        // A HEAD that is not understood: the same is asked by GET.
        case 400, 405, 501: return try await manifestIfAny(target)
        default: throw try await client.failure(for: answer, doing: "push to")
        }
        let headers = answer.response.headers
        guard let digest = headers["Docker-Content-Digest"].flatMap({ try? Digest(parsing: $0) }),
            let size = headers["Content-Length"].flatMap({ Int($0) }), let type = headers["Content-Type"]
        else {
            // Only the bytes can tell.
            return try await manifest(target).descriptor
        }
        return Descriptor(mediaType: MediaType(type), digest: digest, size: size)
    }

    private func manifestIfAny(_ target: String) async throws(RequestFailure) -> Descriptor? {
        do throws(RequestFailure) {
            return try await manifest(target).descriptor
        } catch {
            guard error.failure.code == .notFound else { throw error }
            return nil
        }
    }

    private func put(_ manifest: Blob, at target: String) async throws(Failure) {
        let bytes = try manifest.bytes(limit: Manifest.sizeLimit)
        let digest = manifest.descriptor.digest
        let isProven = try await retrying("manifest \(target)") { _ throws(RequestFailure) in
            let answer = try await self.client.send(
                .put,
                "manifests/\(target)",
                headers: ["Content-Type": manifest.descriptor.mediaType.name],
                body: .bytes(bytes)
            )
            guard answer.status == 201 else {
                throw try await self.client.failure(
                    for: answer,
                    doing: "push to",
                    missing: "part of the image"
                )
            }
            guard let announced = answer.response.headers["Docker-Content-Digest"] else { return false }
            guard announced == digest.description else {
                throw RequestFailure(self.stored(announced, insteadOf: digest))
            }
            return true
        }
        guard !isProven else { return }
        // No word of what was stored: read it back (a web server may answer 201 to anything).
        let stored = try await retrying("manifest \(target)") { _ throws(RequestFailure) in
            try await self.manifest(target)
        }
        guard stored.descriptor.digest == digest else {
            throw self.stored(stored.descriptor.digest.description, insteadOf: digest)
        }
    }

    private func stored(_ actual: String, insteadOf expected: Digest) -> Failure {
        Failure(
            .digestMismatch,
            "\(registry) stored another manifest than the one sent",
            why: "sent was \(expected), stored is \(actual.truncated(to: 160))",
            try: ["a proxy or the registry alters manifests: tell who runs it"]
        )
    }
}
