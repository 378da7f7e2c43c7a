import Diagnostics
import HTTPServer
import OCI
import Storage

/// Lists of tags, referrers and repositories (distribution spec, "Content Discovery").
extension RegistryServer {
    func tags(_ name: RepositoryName, _ request: ServerRequest) async throws(RegistryError) -> ServerResponse
    {
        struct Document: Encodable {
            let name: String
            let tags: [String]
        }
        let repository = try await repository(name)
        let all = try await serving { () async throws(Failure) in try await repository.tags().map(\.tag) }
        return try page(of: all, request, path: "/v2/\(name)/tags/list") {
            Document(name: name.description, tags: $0)
        }
    }

    func catalog(_ request: ServerRequest) async throws(RegistryError) -> ServerResponse {
        struct Document: Encodable { let repositories: [String] }
        let all = try await serving { () async throws(Failure) in try await store.names() }
        return try page(of: all, request, path: "/v2/_catalog") { Document(repositories: $0) }
    }

    /// Returns the names after `last`, at most `n`, with a link to the next page.
    private func page(
        of all: [String],
        _ request: ServerRequest,
        path: String,
        _ document: ([String]) -> some Encodable
    ) throws(RegistryError) -> ServerResponse {
        let query = Query(request.query)
        var names = all[...]
        if let last = query["last"] {
            names = names.drop { !last.utf8.lexicographicallyPrecedes($0.utf8) }
        }
        var fields: [(name: String, value: String)] = [("Content-Type", "application/json")]
        if let text = query["n"] {
            guard let limit = text.wholeNumber else {
                throw RegistryError(400, .unsupported, "n is not a whole number")
            }
            let page = names.prefix(limit)
            if page.count < names.count, let last = page.last {
                let encoded = last.percentEncoded(keeping: "-._~")
                fields.append(("Link", "<\(path)?n=\(limit)&last=\(encoded)>; rel=\"next\""))
            }
            names = page
        }
        return ServerResponse(200, fields, body: .bytes(try Self.encoded(document(Array(names)))))
    }

    func referrers(_ name: RepositoryName, _ digest: Digest, _ request: ServerRequest)
        async throws(RegistryError) -> ServerResponse
    {
        let found = try await serving { () async throws(Failure) -> [Descriptor] in
            guard let repository = try await store.repository(name) else { return [] }
            return try await repository.referrers(of: digest)
        }
        var fields: [(name: String, value: String)] = [("Content-Type", MediaType.imageIndex.description)]
        var listed = found
        if let type = Query(request.query)["artifactType"] {
            fields.append(("OCI-Filters-Applied", "artifactType"))
            listed = found.filter { $0.artifactType?.name == type }
        }
        return ServerResponse(200, fields, body: .bytes(try Self.encoded(Index(manifests: listed))))
    }

    private static func encoded(_ document: some Encodable) throws(RegistryError) -> [UInt8] {
        do throws(Failure) {
            return try CanonicalJSON.encode(document)
        } catch {
            throw RegistryError(error)
        }
    }
}

extension Repository {
    /// Returns the manifests whose subject has a digest, with their artifact types and annotations.
    func referrers(of digest: Digest) async throws(Failure) -> [Descriptor] {
        var checked: Set<Digest> = []
        var found: [Descriptor] = []
        for entry in try await layout.entries() where owns(entry) && checked.insert(entry.digest).inserted {
            guard let bytes = try? layout.manifest(entry),
                let manifest = try? PushedManifest(bytes, contentType: entry.mediaType.description),
                manifest.subject?.digest == digest
            else { continue }
            found.append(
                Descriptor(
                    mediaType: entry.mediaType,
                    digest: entry.digest,
                    size: entry.size,
                    annotations: manifest.annotations,
                    artifactType: manifest.artifactType
                )
            )
        }
        return found
    }
}
