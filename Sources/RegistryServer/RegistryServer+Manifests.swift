import Diagnostics
import HTTPServer
import OCI
import Storage

/// Manifests (distribution spec, "Pulling manifests", "Pushing Manifests", "Deleting tags", "Deleting Manifests").
extension RegistryServer {
    /// A tag or a digest in a path.
    private enum ManifestName {
        case tag(Tag)
        case digest(Digest)

        var tag: Tag? { if case .tag(let tag) = self { tag } else { nil } }

        var algorithm: Digest.Algorithm {
            if case .digest(let digest) = self { digest.algorithm } else { .sha256 }
        }

        init(_ text: String) throws(RegistryError) {
            if text.contains(":") {
                self = .digest(try RegistryServer.digest(text))
            } else {
                do throws(Failure) {
                    self = .tag(try Tag(parsing: text))
                } catch {
                    throw RegistryError(400, .manifestInvalid, error.message)
                }
            }
        }
    }

    func manifest(_ name: RepositoryName, _ reference: String) async throws(RegistryError) -> ServerResponse {
        let wanted = try ManifestName(reference)
        let repository = try await repository(name)
        let found = try await serving { () async throws(Failure) -> (Descriptor, [UInt8])? in
            let descriptor =
                switch wanted {
                case .tag(let tag): try await repository.manifest(tagged: tag)
                case .digest(let digest): try await repository.manifest(digest)
                }
            guard let descriptor, let bytes = try repository.layout.manifest(descriptor) else { return nil }
            return (descriptor, bytes)
        }
        guard let (descriptor, bytes) = found else {
            throw RegistryError(
                404,
                .manifestUnknown,
                "\(name) has no manifest \(reference.truncated(to: 160))"
            )
        }
        return ServerResponse(
            200,
            [
                ("Content-Type", descriptor.mediaType.description),
                ("Docker-Content-Digest", descriptor.digest.description),
            ],
            body: .bytes(bytes)
        )
    }

    func put(
        _ name: RepositoryName,
        _ reference: String,
        _ request: ServerRequest,
        _ body: PacedBody
    ) async throws(RegistryError) -> ServerResponse {
        let target = try ManifestName(reference)
        let bytes = try await manifestBytes(request, body)
        let manifest = try PushedManifest(bytes, contentType: request[field: "Content-Type"])
        let digest = Digest(of: bytes, algorithm: target.algorithm)
        if case .digest(let named) = target, digest != named {
            throw RegistryError(400, .digestInvalid, "the manifest's digest is \(digest), not \(named)")
        }
        let tag = target.tag
        let repository = try await serving { () async throws(Failure) in
            try await store.repository(name, creating: true)
        }
        guard let repository else {
            throw RegistryError(404, .nameUnknown, "the registry has no repository \(name)")
        }
        let entry = Descriptor(
            mediaType: manifest.mediaType,
            digest: digest,
            size: bytes.count,
            annotations: repository.annotations(tag, digest, host: requestHost(request)),
            artifactType: manifest.indexedArtifactType
        )
        let missing = try await serving { () async throws(Failure) -> Descriptor? in
            let missing = try await repository.layout.change { document throws(Failure) -> Descriptor?? in
                // Under the lock: a part must not be deleted between the check and the change.
                let missing = manifest.parts.first { part in
                    !part.isForeign && repository.layout.size(of: part.digest) != part.size
                }
                if let missing { return .some(missing) }
                try repository.layout.insert(bytes, as: digest)
                try repository.add(entry, tag: tag, to: &document)
                return .some(nil)
            }
            return missing ?? nil
        }
        if let missing {
            throw RegistryError(
                400,
                .manifestBlobUnknown,
                "\(name) has no \(missing.role) \(missing.digest) of \(missing.size) bytes"
            )
        }
        var fields = [
            ("Location", "/v2/\(name)/manifests/\(digest)"), ("Docker-Content-Digest", digest.description),
        ]
        if let subject = manifest.subject { fields.append(("OCI-Subject", subject.digest.description)) }
        return ServerResponse(201, fields)
    }

    private func manifestBytes(_ request: ServerRequest, _ body: PacedBody) async throws(RegistryError)
        -> [UInt8]
    {
        let tooLarge = RegistryError(
            413,
            .manifestInvalid,
            "a manifest has at most \(Manifest.sizeLimit) bytes"
        )
        if let length = request[field: "Content-Length"]?.wholeNumber, length > Manifest.sizeLimit {
            throw tooLarge
        }
        do throws(Failure) {
            return try await body.bytes(limit: Manifest.sizeLimit)
        } catch  where error.code == .requestRejected {
            throw tooLarge
        } catch {
            throw RegistryError(error)
        }
    }

    /// Returns the name by which the client calls this registry.
    private func requestHost(_ request: ServerRequest) -> RegistryName {
        (try? RegistryName(parsing: request.authority)) ?? host
    }

    func delete(_ name: RepositoryName, _ reference: String) async throws(RegistryError) -> ServerResponse {
        let target = try ManifestName(reference)
        let repository = try await repository(name)
        let unknown = RegistryError(
            404,
            .manifestUnknown,
            "\(name) has no manifest \(reference.truncated(to: 160))"
        )
        switch target {
        case .tag(let tag):
            let result = try await serving { () async throws(Failure) in
                try await repository.layout.change { document throws(Failure) in
                    try repository.removeTag(tag, from: &document) ? true : nil
                }
            }
            guard result != nil else { throw unknown }
        case .digest(let digest):
            let user = try await serving { () async throws(Failure) in
                try await repository.layout.change { document throws(Failure) -> Descriptor?? in
                    if let user = repository.layout.user(of: digest, in: document.entries) {
                        return .some(user)
                    }
                    guard document.remove(where: { $0.digest == digest && repository.owns($0) }) else {
                        return nil
                    }
                    return .some(nil)
                }
            }
            guard let user else { throw unknown }
            if let user {
                throw RegistryError(405, .unsupported, "the \(user.role) \(user.digest) refers to it")
            }
            try await serving { () async throws(Failure) in
                // Another repository of the same layout may list it, too.
                guard try await !repository.layout.entries().contains(where: { $0.digest == digest }) else {
                    return
                }
                try repository.layout.remove(digest)
            }
        }
        return ServerResponse(202)
    }
}
