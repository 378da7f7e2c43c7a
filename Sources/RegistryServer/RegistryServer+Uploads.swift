import Diagnostics
import HTTPServer
import HostSystem
import OCI
import Storage

/// Uploads of blobs (distribution spec, "Pushing blobs").
extension RegistryServer {
    func startUpload(_ name: RepositoryName, _ request: ServerRequest, _ body: PacedBody)
        async throws(RegistryError) -> ServerResponse
    {
        let query = Query(request.query)
        if let mounted = query["mount"] {
            let digest = try Self.digest(mounted)
            if try await mount(digest, to: name, query["from"], request) { return created(name, digest) }
        }
        let wanted: Digest? = if let text = query["digest"] { try Self.digest(text) } else { nil }
        guard let uploads = store.uploads else { throw Self.unknownUpload }
        let upload = try await serving { () throws(Failure) in try uploads.start(in: name) }
        guard let wanted else { return uploadStatus(name, upload, 202) }
        do throws(RegistryError) {
            return try await finish(name, upload, wanted, body, nil)
        } catch {
            // Its client does not know the upload, and cannot continue it.
            uploads.remove(upload)
            throw error
        }
    }

    /// Takes a blob from another repository, which the client must be allowed to read (distribution spec, "Mounting a blob from
    /// another repository"); returns whether that was possible.
    private func mount(_ digest: Digest, to name: RepositoryName, _ source: String?, _ request: ServerRequest)
        async throws(RegistryError) -> Bool
    {
        guard let source = source.flatMap({ try? RepositoryName(parsing: $0) }),
            options.access.mayRead(source, request)
        else { return false }
        let found = try await serving { () async throws(Failure) -> (Repository, size: Int)? in
            guard let from = try await store.repository(source), let size = try await from.size(of: digest)
            else { return nil }
            return (from, size)
        }
        guard let (from, size) = found else { return false }
        try store.space.take(size)
        let isNew = try await serving { () async throws(Failure) -> Bool? in
            guard let target = try await store.repository(name, creating: true) else { return nil }
            let isNew = target.layout.size(of: digest) == nil
            guard try target.layout.link(digest, from: from.layout) else { return nil }
            target.blobs?.insert(digest)
            return isNew
        }
        if isNew != true { store.space.free(size) }
        return isNew != nil
    }

    private static var unknownUpload: RegistryError {
        RegistryError(404, .blobUploadUnknown, "there is no such upload")
    }

    func upload(_ identifier: String, in name: RepositoryName) throws(RegistryError) -> Upload {
        let upload: Upload?
        do throws(Failure) {
            upload = try store.uploads?.find(identifier, in: name)
        } catch  where error.code == .fileMissing {
            throw Self.unknownUpload
        } catch {
            throw RegistryError(error)
        }
        guard let upload else { throw Self.unknownUpload }
        return upload
    }

    func cancel(_ identifier: String, in name: RepositoryName) throws(RegistryError) -> ServerResponse {
        store.uploads?.remove(try upload(identifier, in: name))
        return ServerResponse(204)
    }

    func patch(_ name: RepositoryName, _ identifier: String, _ request: ServerRequest, _ body: PacedBody)
        async throws(RegistryError) -> ServerResponse
    {
        let upload = try upload(identifier, in: name)
        let range = try ChunkRange(of: request)
        let (file, writer) = try begin(upload, range, name)
        try await receive(body, range, upload, file, writer)
        try await serving { () throws(Failure) in try file.synchronize() }
        return uploadStatus(name, upload, 202)
    }

    func finish(_ name: RepositoryName, _ identifier: String, _ request: ServerRequest, _ body: PacedBody)
        async throws(RegistryError) -> ServerResponse
    {
        let upload = try upload(identifier, in: name)
        guard let text = Query(request.query)["digest"] else {
            throw RegistryError(400, .digestInvalid, "the request has no parameter digest")
        }
        let digest = try Self.digest(text)
        return try await finish(name, upload, digest, body, ChunkRange(of: request))
    }

    private func finish(
        _ name: RepositoryName,
        _ upload: Upload,
        _ digest: Digest,
        _ body: PacedBody,
        _ range: ChunkRange?
    ) async throws(RegistryError) -> ServerResponse {
        let (file, writer) = try begin(upload, range, name)
        try await receive(body, range, upload, file, writer)
        let isRight = try await serving { () throws(Failure) in try upload.has(digest, file, as: writer) }
        guard isRight else {
            store.uploads?.remove(upload)
            throw RegistryError(400, .digestInvalid, "the received bytes do not have the digest \(digest)")
        }
        // Not earlier: a rejected upload creates no repository.
        let size = upload.size
        let isNew = try await serving { () async throws(Failure) -> Bool? in
            guard let repository = try await store.repository(name, creating: true) else { return nil }
            let isNew = repository.layout.size(of: digest) == nil
            try upload.finish(file, as: digest, in: repository.layout, writer: writer)
            repository.blobs?.insert(digest)
            return isNew
        }
        if isNew == false { store.space.free(size) }
        store.uploads?.remove(upload)
        return created(name, digest)
    }

    /// Opens the file of an upload for a request that writes, at the offset of its range.
    private func begin(_ upload: Upload, _ range: ChunkRange?, _ name: RepositoryName) throws(RegistryError)
        -> (UploadFile, Upload.Writer)
    {
        let file: UploadFile
        do throws(Failure) {
            file = try UploadFile(at: upload.path, isNew: false)
        } catch  where error.code == .fileMissing {
            throw Self.unknownUpload
        } catch {
            throw RegistryError(error)
        }
        switch upload.beginWriting(at: range?.first) {
        case .begun(let writer): return (file, writer)
        case .ended: throw Self.unknownUpload
        case .otherSize(let size):
            throw RegistryError(
                416,
                .blobUploadInvalid,
                "the next byte of the upload is \(size), not \(range?.first ?? 0)",
                Self.fields(of: upload, in: name)
            )
        }
    }

    /// Appends a body to an upload; of a body that is longer or shorter than its range, nothing is kept.
    private func receive(
        _ body: PacedBody,
        _ range: ChunkRange?,
        _ upload: Upload,
        _ file: UploadFile,
        _ writer: Upload.Writer
    ) async throws(RegistryError) {
        var count = 0
        while let piece = try await serving({ () async throws(Failure) in try await body.next() }) {
            count += piece.count
            if let range, count > range.count { break }
            let (size, isOver) = upload.size.addingReportingOverflow(piece.count)
            guard !isOver, size <= options.sizeLimit else {
                store.uploads?.remove(upload)
                throw RegistryError(413, .sizeInvalid, "a blob has at most \(options.sizeLimit) bytes")
            }
            try store.space.take(piece.count)
            do throws(Failure) {
                try piece.withBytes { bytes throws(Failure) in try upload.append(bytes, to: file, as: writer)
                }
            } catch {
                store.space.free(piece.count)
                throw RegistryError(error)
            }
        }
        guard let range, count != range.count else { return }
        let removed = try await serving { () throws(Failure) in try upload.undo(file, as: writer) }
        store.space.free(removed)
        throw RegistryError(400, .sizeInvalid, "Content-Range and the length of the body are different")
    }

    /// Returns the state of an upload: its location, and how much the registry has.
    func uploadStatus(_ name: RepositoryName, _ upload: Upload, _ status: Int) -> ServerResponse {
        var response = ServerResponse(status, Self.fields(of: upload, in: name))
        if status == 202 { response.fields.append(("OCI-Chunk-Min-Length", "1")) }
        return response
    }

    private static func fields(of upload: Upload, in name: RepositoryName) -> [(name: String, value: String)]
    {
        [
            ("Location", "/v2/\(name)/blobs/uploads/\(upload.identifier)"),
            // Clients read an empty upload as 0-0.
            ("Range", "0-\(max(0, upload.size - 1))"),
            ("Docker-Upload-UUID", upload.identifier),
        ]
    }

    private func created(_ name: RepositoryName, _ digest: Digest) -> ServerResponse {
        ServerResponse(
            201,
            [("Location", "/v2/\(name)/blobs/\(digest)"), ("Docker-Content-Digest", digest.description)]
        )
    }
}
