import Diagnostics
import HTTPServer
import HostSystem
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
        // Verified, and then read once more, so that slow clients of large manifests take no memory.
        let found = try await serving { () async throws(Failure) -> (Descriptor, FileSource)? in
            let descriptor =
                switch wanted {
                case .tag(let tag): try await repository.manifest(tagged: tag)
                case .digest(let digest): try await repository.manifest(digest)
                }
            guard let descriptor, descriptor.size <= Manifest.sizeLimit,
                try repository.layout.blob(descriptor) != nil,
                let file = try repository.layout.open(descriptor.digest)
            else { return nil }
            return (descriptor, file)
        }
        guard let (descriptor, file) = found else {
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
            body: .stream(length: descriptor.size) { offset, count throws(Failure) in
                try file.read(at: offset, count: count)
            }
        )
    }

    func put(
        _ name: RepositoryName,
        _ reference: String,
        _ request: ServerRequest,
        _ body: PacedBody
    ) async throws(RegistryError) -> ServerResponse {
        if let length = request[field: "Content-Length"]?.wholeNumber, length <= ManifestGate.freeSize {
            return try await store(name, reference, request, manifestBytes(request, body))
        }
        // Slow clients of large manifests wait on the disk, and take neither a place nor memory.
        let spooled = try await spooledManifest(request, body)
        return try await manifestGate.withPlace { () async throws(RegistryError) in
            let bytes = try await serving { () throws(Failure) in try spooled.contents() }
            return try await store(name, reference, request, bytes)
        }
    }

    private func spooledManifest(_ request: ServerRequest, _ body: PacedBody) async throws(RegistryError)
        -> SpooledManifest
    {
        try Self.checkManifestLength(request)
        guard let uploads = store.uploads else {
            throw RegistryError(405, .unsupported, "the registry is read-only")
        }
        let spooled = try await serving { () throws(Failure) in try SpooledManifest(in: uploads, store.space)
        }
        while let piece = try await serving({ () async throws(Failure) in try await body.next() }) {
            try spooled.append(piece)
        }
        spooled.close()
        return spooled
    }

    private func store(
        _ name: RepositoryName,
        _ reference: String,
        _ request: ServerRequest,
        _ bytes: [UInt8]
    ) async throws(RegistryError) -> ServerResponse {
        let target = try ManifestName(reference)
        let manifest = try PushedManifest(bytes, contentType: request[field: "Content-Type"])
        let digest = Digest(of: bytes, algorithm: target.algorithm)
        if case .digest(let named) = target, digest != named {
            throw RegistryError(400, .digestInvalid, "the manifest's digest is \(digest), not \(named)")
        }
        let repository = try await repository(name, for: manifest)
        let tag = target.tag
        let entry = Descriptor(
            mediaType: manifest.mediaType,
            digest: digest,
            size: bytes.count,
            annotations: repository.annotations(tag, digest, host: requestHost(request)),
            artifactType: manifest.indexedArtifactType
        )
        try store.space.take(bytes.count)
        let result: Stored
        do throws(RegistryError) {
            result = try await serving { () async throws(Failure) in
                if let missing = try await repository.firstMissing(of: manifest.parts) {
                    return .missing(missing)
                }
                // On the disk before the lock, so that others change the index meanwhile.
                let isNew = repository.layout.size(of: digest) == nil
                if isNew { try repository.layout.insert(bytes, as: digest) }
                return try await repository.layout.change {
                    document async throws(Failure) -> ServedLayout.Change<Stored> in
                    // Under the lock: a part must not be deleted between the check and the change.
                    if let missing = try await repository.firstMissing(of: manifest.parts) {
                        return .unchanged(.missing(missing))
                    }
                    // The same for the manifest itself.
                    if repository.layout.size(of: digest) == nil {
                        try repository.layout.insert(bytes, as: digest)
                    }
                    try repository.add(entry, tag: tag, to: &document)
                    return .changed(.stored(isNew: isNew))
                }
            }
        } catch {
            store.space.free(bytes.count)
            throw error
        }
        switch result {
        case .stored(isNew: true): break
        case .stored(isNew: false): store.space.free(bytes.count)
        case .missing(let part):
            store.space.free(bytes.count)
            throw Self.missing(part, in: name)
        }
        var fields = [
            ("Location", "/v2/\(name)/manifests/\(digest)"), ("Docker-Content-Digest", digest.description),
        ]
        if let subject = manifest.subject { fields.append(("OCI-Subject", subject.digest.description)) }
        return ServerResponse(201, fields)
    }

    private enum Stored: Sendable {
        case stored(isNew: Bool)
        case missing(Descriptor)
    }

    /// Returns the repository for a manifest; creates it only for one that needs no blobs.
    private func repository(_ name: RepositoryName, for manifest: PushedManifest) async throws(RegistryError)
        -> Repository
    {
        let missing = manifest.parts.first { !$0.isForeign }
        let found = try await serving { () async throws(Failure) in
            try await store.repository(name, creating: missing == nil)
        }
        if let found { return found }
        guard let missing else {
            throw RegistryError(404, .nameUnknown, "the registry has no repository \(name)")
        }
        throw Self.missing(missing, in: name)
    }

    private static func missing(_ part: Descriptor, in name: RepositoryName) -> RegistryError {
        RegistryError(
            400,
            .manifestBlobUnknown,
            "\(name) has no \(part.role) \(part.digest) of \(part.size) bytes"
        )
    }

    private static func checkManifestLength(_ request: ServerRequest) throws(RegistryError) {
        if let length = request[field: "Content-Length"]?.wholeNumber, length > Manifest.sizeLimit {
            throw RegistryError.manifestTooLarge
        }
    }

    private func manifestBytes(_ request: ServerRequest, _ body: PacedBody) async throws(RegistryError)
        -> [UInt8]
    {
        try Self.checkManifestLength(request)
        do throws(Failure) {
            return try await body.bytes(limit: Manifest.sizeLimit)
        } catch  where error.code == .requestRejected {
            throw RegistryError.manifestTooLarge
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
            let isFound = try await serving { () async throws(Failure) in
                try await repository.layout.change(isAlone: true) {
                    document throws(Failure) -> ServedLayout.Change<Bool> in
                    try repository.removeTag(tag, from: &document) ? .changed(true) : .unchanged(false)
                }
            }
            guard isFound else { throw unknown }
        case .digest(let digest):
            switch try await serving({ () async throws(Failure) in try await repository.delete(digest) }) {
            case .unknown: throw unknown
            case .used(let user):
                throw RegistryError(405, .unsupported, "the \(user.role) \(user.digest) refers to it")
            case .deleted(let size): store.space.free(size)
            }
        }
        return ServerResponse(202)
    }
}
