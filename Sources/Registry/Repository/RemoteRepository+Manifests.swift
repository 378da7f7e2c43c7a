import Diagnostics
import HTTPTransport
import OCI
import Storage

extension RemoteRepository {
    /// Returns the manifest that a tag or digest points to in the registry now; `nil` if it does not exist.
    func head(_ target: String) async throws(RequestFailure) -> Descriptor? {
        let answer = try await client.send(.head, "manifests/\(target)", headers: Self.accepted)
        switch answer.status {
        case 200: break
        case 404: return nil
        // The registry does not support this HEAD, so the manifest is requested by GET.
        case 400, 405, 501: return try await manifestIfAny(target)
        default: throw try await client.failure(for: answer, doing: access.action)
        }
        let headers = answer.response.headers
        guard let digest = headers["Docker-Content-Digest"].flatMap({ try? Digest(parsing: $0) }),
            let size = headers["Content-Length"].flatMap({ Int($0) }), let type = headers["Content-Type"]
        else {
            // The headers are incomplete, so the descriptor is computed from the bytes.
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

    /// Stores a manifest under a tag or its digest.
    ///
    /// If the response does not name the stored digest, the manifest is read back and compared, because any web server may
    /// answer 201.
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
            // Not specified: accepted if the manifest can be read back.
            case 200, 202, 204: return false
            default: throw try await self.rejection(of: manifest, answer)
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

    /// Reads a stored manifest and compares its bytes.
    ///
    /// Throws ``Failure/Code/digestMismatch`` if they differ.
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

    /// Explains why the registry rejected a manifest.
    private func rejection(of manifest: Blob, _ answer: RegistryClient.Answer) async throws(RequestFailure)
        -> RequestFailure
    {
        let rejection = try await client.failure(
            for: answer,
            doing: access.action,
            missing: "part of the image"
        )
        let formatCodes = ["MANIFEST_INVALID", "UNSUPPORTED"]
        if answer.status == 415 || answer.status == 400 && formatCodes.contains(answer.rejection.code ?? ""),
            !manifest.isOrdinaryImage
        {
            // GitLab, quay.io, ECR and others accept only known media types.
            let hint =
                "wasmpack build --format image, or copy --format image: every registry accepts that format"
            return RequestFailure(rejection.failure.trying(hint))
        }
        let missing = ["MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN", "MANIFEST_UNKNOWN"]
        guard let code = answer.rejection.code, missing.contains(code) else { return rejection }
        return RequestFailure(
            rejection.failure.with(
                why:
                    "it reports a missing part of the image, although it had confirmed or accepted each part",
                try: [
                    "try again; if it fails again, the registry has lost content: contact its administrator",
                    "push to another repository name, to which everything is sent again",
                ]
            )
        )
    }

    private func stored(_ actual: String, insteadOf expected: Digest) -> Failure {
        Failure(
            .digestMismatch,
            "\(registry) stored a different manifest from the one sent",
            why: "sent \(expected), but stored \(actual.truncated(to: 240))",
            try: ["contact the registry's administrator: the registry or a proxy alters manifests"]
        )
    }
}

extension Blob {
    /// Whether it is an image manifest with only OCI's standard types, which every registry accepts.
    fileprivate var isOrdinaryImage: Bool {
        guard descriptor.mediaType == .imageManifest, let bytes = try? bytes(limit: Manifest.sizeLimit),
            case .image(let image)? = try? ManifestDocument(decoding: bytes, mediaType: .imageManifest)
        else { return false }
        return image.config.mediaType == .imageConfig
            && image.layers.allSatisfy { $0.mediaType == .layerTarGzip }
    }
}
