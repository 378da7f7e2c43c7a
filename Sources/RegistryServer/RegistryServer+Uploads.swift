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
        let upload = try await serving { () throws(Failure) in try store.uploads.start() }
        guard let text = query["digest"] else { return try uploadStatus(name, upload, 202) }
        do throws(RegistryError) {
            let digest = try Self.digest(text)
            return try await finish(name, upload, digest, request, body)
        } catch {
            store.uploads.remove(upload)
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
        return try await serving { () async throws(Failure) in
            guard let from = try await store.repository(source), from.layout.size(of: digest) != nil,
                let target = try await store.repository(name, creating: true)
            else { return false }
            return try target.layout.link(digest, from: from.layout)
        }
    }

    func upload(_ identifier: String) throws(RegistryError) -> Upload {
        let upload: Upload?
        do throws(Failure) {
            upload = try store.uploads.find(identifier)
        } catch {
            throw RegistryError(error)
        }
        guard let upload else { throw RegistryError(404, .blobUploadUnknown, "there is no such upload") }
        return upload
    }

    func cancel(_ identifier: String) throws(RegistryError) -> ServerResponse {
        store.uploads.remove(try upload(identifier))
        return ServerResponse(204)
    }

    func patch(_ name: RepositoryName, _ identifier: String, _ request: ServerRequest, _ body: PacedBody)
        async throws(RegistryError) -> ServerResponse
    {
        let upload = try upload(identifier)
        try checkRange(request, upload, name)
        let file = try await serving { () throws(Failure) in try UploadFile(at: upload.path, isNew: false) }
        let writer = upload.beginWriting()
        try await receive(body, upload, file, writer)
        try await serving { () throws(Failure) in try file.synchronize() }
        return try uploadStatus(name, upload, 202)
    }

    func finish(_ name: RepositoryName, _ identifier: String, _ request: ServerRequest, _ body: PacedBody)
        async throws(RegistryError) -> ServerResponse
    {
        let upload = try upload(identifier)
        guard let text = Query(request.query)["digest"] else {
            throw RegistryError(400, .digestInvalid, "the request has no parameter digest")
        }
        let digest = try Self.digest(text)
        try checkRange(request, upload, name)
        return try await finish(name, upload, digest, request, body)
    }

    private func finish(
        _ name: RepositoryName,
        _ upload: Upload,
        _ digest: Digest,
        _ request: ServerRequest,
        _ body: PacedBody
    ) async throws(RegistryError) -> ServerResponse {
        let file = try await serving { () throws(Failure) in try UploadFile(at: upload.path, isNew: false) }
        let writer = upload.beginWriting()
        try await receive(body, upload, file, writer)
        let isRight = try await serving { () async throws(Failure) in
            guard let repository = try await store.repository(name, creating: true) else { return false }
            return try upload.finish(file, as: digest, in: repository.layout, writer: writer)
        }
        store.uploads.remove(upload)
        guard isRight else {
            throw RegistryError(400, .digestInvalid, "the received bytes do not have the digest \(digest)")
        }
        return created(name, digest)
    }

    private func receive(_ body: PacedBody, _ upload: Upload, _ file: UploadFile, _ writer: Int)
        async throws(RegistryError)
    {
        do throws(Failure) {
            while let piece = try await body.next() {
                let (size, isOver) = upload.size.addingReportingOverflow(piece.count)
                guard !isOver, size <= options.sizeLimit else {
                    store.uploads.remove(upload)
                    throw Failure(.requestRejected, "a blob has at most \(options.sizeLimit) bytes")
                }
                try piece.withBytes { bytes throws(Failure) in try upload.append(bytes, to: file, as: writer)
                }
            }
        } catch  where error.code == .requestRejected {
            throw RegistryError(413, .sizeInvalid, error.message)
        } catch {
            throw RegistryError(error)
        }
    }

    /// Checks the offset of a chunk, if the request has one: `Content-Range: FIRST-LAST`.
    private func checkRange(_ request: ServerRequest, _ upload: Upload, _ name: RepositoryName)
        throws(RegistryError)
    {
        guard let field = request[field: "Content-Range"] else { return }
        // The specification omits the unit, and RFC 9110 the size of a chunk; clients add them.
        let range = field.split(separator: "/").first?.split(separator: " ").last ?? ""
        let bounds = range.split(separator: "-", omittingEmptySubsequences: false).map {
            String($0).wholeNumber
        }
        guard bounds.count == 2, let first = bounds[0], let last = bounds[1], last >= first - 1 else {
            throw RegistryError(400, .blobUploadInvalid, "Content-Range is not FIRST-LAST")
        }
        if let length = request[field: "Content-Length"]?.wholeNumber, length - 1 != last - first {
            throw RegistryError(400, .sizeInvalid, "Content-Range and Content-Length are different")
        }
        guard first == upload.size else {
            throw RegistryError(
                416,
                .blobUploadInvalid,
                "the next byte of the upload is \(upload.size), not \(first)",
                Self.fields(of: upload, in: name)
            )
        }
    }

    /// Returns the state of an upload: its location, and how much the registry has.
    func uploadStatus(_ name: RepositoryName, _ upload: Upload, _ status: Int) throws(RegistryError)
        -> ServerResponse
    {
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
