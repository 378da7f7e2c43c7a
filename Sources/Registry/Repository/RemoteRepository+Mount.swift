import Diagnostics
import HTTPTransport
import OCI
import Storage

extension RemoteRepository {
    /// Requests a mount of a blob from the mount source (distribution spec, end-11).
    ///
    /// Returns `nil` without a mount source, and if the mount fails for any reason: the caller then uploads the blob. The
    /// mount is tried once, but within the registry's rate limit.
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
                retrying.gate.end()
                return .done
            case 202:
                let session = try session(openedBy: answer)
                retrying.gate.end()
                return .session(session)
            case _ where RetryPolicy.isTemporary(status: answer.status, code: answer.rejection.code):
                throw try await client.failure(for: answer, doing: "push to")
            default:
                client.events.record(.detail("\(what): not mounted from \(source) (\(answer.status))"))
            }
        } catch {
            guard error.failure.code != .interrupted else { throw error }
            client.events.record(.detail("\(what): not mounted from \(source): \(error.failure.message)"))
            guard error.isTemporary, let pause = error.retryAfter else { return nil }
            try RequestFailure.rethrowing { () throws(Failure) in
                try retrying.limitRate(for: pause, error, 0)
            }
        }
        return nil
    }
}
