package import Diagnostics
import HTTPTransport
package import OCI
import Storage

extension RemoteRepository {
    /// Deletes a tag alone; the image stays, under its digest and its other tags (distribution spec, "Deleting tags").
    ///
    /// Throws ``Failure/Code/notFound`` when it is not there, and ``Failure/Code/deletionUnsupported`` when the
    /// registry deletes images only as a whole.
    package func delete(_ tag: Tag) async throws(Failure) { try await delete(tag.description, isTag: true) }

    /// Deletes an image, and with it all tags that stand for it (distribution spec, "Deleting manifests").
    ///
    /// Its blobs stay until the registry collects them. Throws ``Failure/Code/notFound`` when it is not there, and
    /// ``Failure/Code/deletionUnsupported`` when the registry does not allow it.
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
            // The answer to an earlier try was lost, its effect was not.
            case 404 where mayBeDone: return
            case 400 where isTag && Self.mayMeanTags(answer.refusal.code), 404 where isTag, 405, 501:
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

    /// Whether a 400 with this code can be about tags as such, and not about this request.
    private static func mayMeanTags(_ code: String?) -> Bool {
        code.map { ["DIGEST_INVALID", "UNSUPPORTED"].contains($0) } ?? true
    }

    private func unsupported(_ answer: RegistryClient.Answer, isTag: Bool) -> Failure {
        // What docker-registry says of a tag is about the digest that it takes the tag for.
        let misleads = answer.status == 400
        let summary =
            misleads
            ? (["400"] + [answer.refusal.code].compactMap(\.self)).joined(separator: " ")
            : answer.refusal.summary(status: answer.status)
        return Failure(
            .deletionUnsupported,
            isTag
                ? "\(registry) does not delete a tag alone (\(summary))"
                : "\(registry) does not allow deletion (\(summary))",
            try: isTag
                ? [] : ["tell who runs it; in docker-registry's configuration it is storage.delete.enabled"],
            http: Failure.HTTPAnswer(
                status: answer.status,
                code: answer.refusal.code,
                url: answer.url.redacted
            )
        )
    }
}
