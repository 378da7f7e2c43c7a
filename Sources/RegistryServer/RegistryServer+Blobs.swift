import Diagnostics
import HTTPServer
import OCI
import Storage

/// Blobs (distribution spec, "Pulling blobs", "Deleting Blobs").
extension RegistryServer {
    func blob(_ name: RepositoryName, _ digest: Digest, _ request: ServerRequest) async throws(RegistryError)
        -> ServerResponse
    {
        let unknown = RegistryError(404, .blobUnknown, "\(name) has no blob \(digest)")
        let found = try await serving { () async throws(Failure) -> FileSource? in
            guard let repository = try await store.repository(name),
                try await repository.size(of: digest) != nil
            else { return nil }
            return try repository.layout.open(digest)
        }
        guard let file = found else { throw unknown }
        var fields = [
            ("Content-Type", "application/octet-stream"), ("Docker-Content-Digest", digest.description),
            ("Accept-Ranges", "bytes"),
        ]
        let size = file.size
        var range = 0..<size
        var status = 200
        switch request.method == "GET"
            ? request[field: "Range"].map({ ByteRange($0, size: size) }) ?? .whole : .whole
        {
        case .whole: break
        case .part(let part):
            status = 206
            range = part
            fields.append(("Content-Range", "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(size)"))
        case .unsatisfiable:
            throw RegistryError(
                416,
                .sizeInvalid,
                "the blob has \(size) bytes",
                [("Content-Range", "bytes */\(size)")]
            )
        }
        let start = range.lowerBound
        return ServerResponse(
            status,
            fields,
            body: .stream(length: range.count) { offset, count throws(Failure) in
                try file.read(at: start + offset, count: count)
            }
        )
    }

    func deleteBlob(_ name: RepositoryName, _ digest: Digest) async throws(RegistryError) -> ServerResponse {
        let found = try await serving { () async throws(Failure) -> (Repository, size: Int)? in
            guard let repository = try await store.repository(name),
                let size = try await repository.size(of: digest)
            else { return nil }
            return (repository, size)
        }
        guard let (repository, size) = found else {
            throw RegistryError(404, .blobUnknown, "\(name) has no blob \(digest)")
        }
        let user = try await serving { () async throws(Failure) in
            try await repository.layout.removeUnused(digest)
        }
        if let user { throw RegistryError(405, .unsupported, "the \(user.role) \(user.digest) refers to it") }
        repository.blobs?.remove(digest)
        store.space.free(size)
        return ServerResponse(202)
    }
}

extension ServedLayout {
    /// Removes a blob that no manifest refers to; returns a manifest that does.
    fileprivate nonisolated func removeUnused(_ digest: Digest) async throws(Failure) -> Descriptor? {
        try await change(isAlone: true) { [self] document async throws(Failure) -> Change<Descriptor?> in
            if let entry = document.entries.first(where: { $0.digest == digest }) { return .unchanged(entry) }
            if let user = try await user(of: digest, among: document.entries) { return .unchanged(user) }
            try remove(digest)
            return .unchanged(nil)
        }
    }
}

/// The range of a blob that a request asks for (RFC 9110, section 14).
enum ByteRange: Equatable {
    case whole
    case part(Range<Int>)
    case unsatisfiable

    /// Reads a `Range` field.
    ///
    /// Several ranges, other units and invalid fields mean the whole blob, as the RFC allows.
    init(_ field: String, size: Int) {
        let parts = field.split(separator: "=", omittingEmptySubsequences: false).map {
            $0.filter { $0 != " " }
        }
        guard parts.count == 2, parts[0].lowercased() == "bytes" else {
            self = .whole
            return
        }
        let bounds = parts[1].split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard bounds.count == 2 else {
            self = .whole
            return
        }
        switch (bounds[0].wholeNumber, bounds[1].wholeNumber) {
        case (let first?, let last?):
            if first > last {
                self = .whole
            } else {
                self = first < size ? .part(first..<min(last, size - 1) + 1) : .unsatisfiable
            }
        case (let first?, nil) where bounds[1].isEmpty:
            self = first < size ? .part(first..<size) : .unsatisfiable
        case (nil, let length?) where bounds[0].isEmpty:
            self = length > 0 && size > 0 ? .part(max(0, size - length)..<size) : .unsatisfiable
        default: self = .whole
        }
    }
}
