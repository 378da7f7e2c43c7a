import Diagnostics
import HTTPTransport
import OCI
import Storage

extension RemoteRepository {
    /// What a tag or digest stands for in the registry now; `nil` when it is not there.
    func head(_ target: String) async throws(RequestFailure) -> Descriptor? {
        let answer = try await client.send(.head, "manifests/\(target)", headers: Self.accepted)
        switch answer.status {
        case 200: break
        case 404: return nil
        // A HEAD that is not understood: the same is asked by GET.
        case 400, 405, 501: return try await manifestIfAny(target)
        default: throw try await client.failure(for: answer, doing: access.action)
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

    /// Stores a manifest under a tag, or under its digest.
    ///
    /// The registry has to say which digest it stored, or the manifest is read back and compared: a web server may
    /// answer 201 to anything.
    func put(_ manifest: Blob, at target: String) async throws(Failure) {
        let bytes = try manifest.bytes(limit: Manifest.sizeLimit)
        let isVerified = try await retrying("manifest \(target)") { _ throws(RequestFailure) in
            let answer = try await self.client.send(
                .put,
                "manifests/\(target)",
                headers: ["Content-Type": manifest.descriptor.mediaType.name],
                body: .bytes(bytes)
            )
            switch answer.status {
            case 201: break
            // Not what the specification says: believed when the manifest can be read back.
            case 200, 202, 204: return false
            default: throw try await self.refusal(of: manifest, answer)
            }
            guard let announced = answer.response.headers["Docker-Content-Digest"] else { return false }
            guard let digest = try? Digest(parsing: announced),
                digest == Digest(of: bytes, algorithm: digest.algorithm)
            else {
                throw RequestFailure(self.stored(announced, insteadOf: manifest.descriptor.digest))
            }
            return true
        }
        if !isVerified { try await readBack(manifest, from: target) }
    }

    /// Reads a manifest as it is stored now, and compares its bytes.
    ///
    /// Throws ``Failure/Code/digestMismatch`` when they are others.
    func readBack(_ manifest: Blob, from target: String) async throws(Failure) {
        let bytes = try manifest.bytes(limit: Manifest.sizeLimit)
        let stored = try await retrying("manifest \(target)") { _ throws(RequestFailure) in
            try await self.manifest(target)
        }
        guard try stored.bytes(limit: Manifest.sizeLimit) == bytes else {
            throw self.stored(
                "\(stored.descriptor.digest) at \(target)",
                insteadOf: manifest.descriptor.digest
            )
        }
    }

    /// Explains that a manifest was not taken.
    private func refusal(of manifest: Blob, _ answer: RegistryClient.Answer) async throws(RequestFailure)
        -> RequestFailure
    {
        let refusal = try await client.failure(
            for: answer,
            doing: access.action,
            missing: "part of the image"
        )
        let words = ["MANIFEST_INVALID", "UNSUPPORTED"]
        if answer.status == 415 || answer.status == 400 && words.contains(answer.refusal.code ?? ""),
            !manifest.isOrdinaryImage
        {
            // GitLab, quay.io, ECR and others take the types only that they know.
            let hint =
                "wasmpack build --format image, or copy --format image: every registry takes that format"
            return RequestFailure(refusal.failure.trying(hint))
        }
        let missing = ["MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN", "MANIFEST_UNKNOWN"]
        guard let code = answer.refusal.code, missing.contains(code) else { return refusal }
        return RequestFailure(
            refusal.failure.with(
                why:
                    "it misses a part of the image, though each part was there when it was asked or has been taken",
                try: [
                    "again; if it repeats, the registry's storage has lost content: tell who runs it",
                    "another repository name, where everything is sent anew",
                ]
            )
        )
    }

    private func stored(_ actual: String, insteadOf expected: Digest) -> Failure {
        Failure(
            .digestMismatch,
            "\(registry) stored another manifest than the one sent",
            why: "sent was \(expected), stored is \(actual.truncated(to: 240))",
            try: ["a proxy or the registry alters manifests: tell who runs it"]
        )
    }
}

extension Blob {
    /// Whether it is the manifest of an image with OCI's own types, which there is nothing more common than.
    fileprivate var isOrdinaryImage: Bool {
        guard descriptor.mediaType == .imageManifest, let bytes = try? bytes(limit: Manifest.sizeLimit),
            case .image(let image)? = try? ManifestDocument(decoding: bytes, mediaType: .imageManifest)
        else { return false }
        return image.config.mediaType == .imageConfig
            && image.layers.allSatisfy { $0.mediaType == .layerTarGzip }
    }
}
