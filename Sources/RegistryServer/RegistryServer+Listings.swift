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
        let query = Query(request.query)
        let type = query["artifactType"]
        let last: Digest? = if let text = query["last"] { try Self.digest(text) } else { nil }
        // Each manifest is read for the answer.
        let page = try await referrersGate.withPlace { () async throws(RegistryError) in
            try await serving { () async throws(Failure) -> Repository.Referrers in
                guard let repository = try await store.repository(name) else { return .init() }
                return try await repository.referrers(of: digest, after: last, ofType: type)
            }
        }
        var fields: [(name: String, value: String)] = [("Content-Type", MediaType.imageIndex.description)]
        if type != nil { fields.append(("OCI-Filters-Applied", "artifactType")) }
        if page.isIncomplete, let last = page.found.last {
            let filter = type.map { "&artifactType=\($0.percentEncoded(keeping: "-._~"))" } ?? ""
            let next = "/v2/\(name)/referrers/\(digest)?last=\(last.digest)\(filter)"
            fields.append(("Link", "<\(next)>; rel=\"next\""))
        }
        return ServerResponse(200, fields, body: .bytes(try Self.encoded(Index(manifests: page.found))))
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
    /// Some of the manifests that are attached to one.
    struct Referrers: Sendable {
        var found: [Descriptor] = []
        /// Whether there are more.
        var isIncomplete = false
    }

    /// The referrers of a page have at most this size, in bytes: their annotations are in the list (at least one is listed).
    private static let pageSize = 1024 * 1024

    /// Returns the manifests whose subject has a digest, with their artifact types and annotations: those of a type, or all, in
    /// the order of the index, after the one with a digest.
    func referrers(of digest: Digest, after last: Digest?, ofType type: String?) async throws(Failure)
        -> Referrers
    {
        var checked: Set<Digest> = []
        var page = Referrers()
        var size = 0
        var entries = try await layout.entries().filter {
            owns($0) && $0.mediaType.isStoredAsManifest && checked.insert($0.digest).inserted
        }[...]
        // A referrer that was deleted meanwhile says no longer where the page begins: from the start, nothing is left out.
        if let last, let index = entries.firstIndex(where: { $0.digest == last }) {
            entries = entries[index...].dropFirst()
        }
        for entry in entries {
            guard let bytes = try? layout.blob(entry)?.bytes(limit: Manifest.sizeLimit),
                let manifest = try? PushedManifest(bytes, contentType: entry.mediaType.description),
                manifest.subject?.digest == digest, type == nil || manifest.artifactType?.name == type
            else { continue }
            size += bytes.count
            guard size <= Self.pageSize || page.found.isEmpty else {
                page.isIncomplete = true
                break
            }
            page.found.append(
                Descriptor(
                    mediaType: entry.mediaType,
                    digest: entry.digest,
                    size: entry.size,
                    annotations: manifest.annotations,
                    artifactType: manifest.artifactType
                )
            )
        }
        return page
    }
}
