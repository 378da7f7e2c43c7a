package import Diagnostics
import HTTPTransport
package import OCI
import Storage

extension RemoteRepository {
    /// Deletes only a tag; keeps the image, its digest and its other tags (distribution spec, "Deleting tags").
    ///
    /// Throws ``Failure/Code/notFound`` if the tag does not exist, and ``Failure/Code/deletionUnsupported`` if the
    /// registry deletes only whole images.
    package func delete(_ tag: Tag) async throws(Failure) { try await delete(tag.description, isTag: true) }

    /// Deletes an image with all tags that point to it (distribution spec, "Deleting manifests").
    ///
    /// Its blobs stay until the registry collects garbage. Throws ``Failure/Code/notFound`` if the image does not exist,
    /// and ``Failure/Code/deletionUnsupported`` if the registry does not allow deletion.
    package func delete(_ digest: Digest) async throws(Failure) {
        try await delete(digest.description, isTag: false)
    }

    private func delete(_ target: String, isTag: Bool) async throws(Failure) {
        var mayBeDone = false
        try await retrying("deletion of \(target)") { _ throws(RequestFailure) in
            let answer: RegistryClient.Answer
            do throws(RequestFailure) {
                answer = try await self.client.send(.delete, "manifests/\(target)")
            } catch {
                if [.connectionLost, .timedOut].contains(error.failure.code) { mayBeDone = true }
                throw error
            }
            switch answer.status {
            case 200, 202, 204: return
            // An earlier try deleted it, but its response was lost.
            case 404 where mayBeDone: return
            case 400 where isTag && Self.mayMeanTags(answer.rejection.code), 404 where isTag, 405, 501:
                if answer.status == 404, try await self.head(target) == nil { break }
                throw RequestFailure(self.unsupported(answer, isTag: isTag))
            case 408, 499, 500...: mayBeDone = true
            default: break
            }
            throw try await self.client.failure(
                for: answer,
                doing: Access.delete.action,
                missing: (isTag ? "tag " : "manifest ") + target
            )
        }
    }

    /// Returns whether a 400 with this code may reject tags in general, not this request.
    private static func mayMeanTags(_ code: String?) -> Bool {
        code.map { ["DIGEST_INVALID", "UNSUPPORTED"].contains($0) } ?? true
    }

    private func unsupported(_ answer: RegistryClient.Answer, isTag: Bool) -> Failure {
        // The message of docker-registry is misleading: it parses the tag as a digest.
        let isMisleading = answer.status == 400
        let summary =
            isMisleading
            ? (["400"] + [answer.rejection.code].compactMap(\.self)).joined(separator: " ")
            : answer.rejection.summary(status: answer.status)
        return Failure(
            .deletionUnsupported,
            isTag
                ? "\(registry) cannot delete only a tag (\(summary))"
                : "\(registry) does not allow deletion (\(summary))",
            try: isTag
                ? []
                : [
                    "ask the registry's administrator to enable it (docker-registry: storage.delete.enabled)"
                ],
            http: Failure.HTTPAnswer(
                status: answer.status,
                code: answer.rejection.code,
                url: answer.url.redacted
            )
        )
    }
}
