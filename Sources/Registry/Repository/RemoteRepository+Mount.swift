import Diagnostics
import HTTPTransport
import OCI
import Storage

extension RemoteRepository {
    /// Asks for a blob of the repository to mount from (distribution spec, end-11); `nil` when there is none, or that leads
    /// nowhere, for whatever reason: an upload always does.
    ///
    /// It is tried once, but a registry that wants to be left alone is left alone, before and afterwards.
    func mount(_ descriptor: Descriptor) async throws(RequestFailure) -> Opened? {
        guard let source = mountSource else { return nil }
        let what = "\(descriptor.role) \(descriptor.digest.short)"
        let query = "mount=\(descriptor.digest.description.queryValue)&from=\(source.description.queryValue)"
        do throws(Failure) {
            try await retrying.awaitTurn()
        } catch {
            throw RequestFailure(error)
        }
        do throws(RequestFailure) {
            let answer = try await client.askForUpload("blobs/uploads/?\(query)")
            switch answer.status {
            case 201:
                client.events.record(.detail("\(what): mounted from \(source)"))
                retrying.rest.end()
                return .done
            case 202:
                let session = UploadSession(at: try location(of: answer), openedBy: answer.response)
                retrying.rest.end()
                return .session(session)
            case _ where RetryPolicy.isTemporary(status: answer.status, code: answer.refusal.code):
                throw try await client.failure(for: answer, doing: "push to")
            default:
                client.events.record(.detail("\(what): not mounted from \(source) (\(answer.status))"))
            }
        } catch {
            guard error.failure.code != .interrupted else { throw error }
            client.events.record(.detail("\(what): not mounted from \(source): \(error.failure.message)"))
            guard error.isTemporary, let pause = error.retryAfter else { return nil }
            try RequestFailure.rethrowing { () throws(Failure) in
                try retrying.keep(pause, error, 0)
            }
        }
        return nil
    }
}
