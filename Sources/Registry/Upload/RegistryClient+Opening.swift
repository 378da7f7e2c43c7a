import Diagnostics
import HTTPTransport

extension RegistryClient {
    /// How long who is cancelled waits for the answer that names the upload.
    private static let lastWait = Duration.milliseconds(1500)

    /// Asks for an upload by POST; the answer to one who is cancelled meanwhile is waited for a little.
    ///
    /// The registry may have opened the upload already, and its answer alone says where: a request that is dropped would
    /// leave it there. It is a task of its own, therefore, and what it opens after the end is deleted. That takes less time
    /// than the program has for its end.
    func askForUpload(_ path: String) async throws(RequestFailure) -> Answer {
        if Task.isCancelled { throw RequestFailure(Failure(.interrupted, "interrupted")) }
        let request = Task { () async -> Result<Answer, RequestFailure> in
            do throws(RequestFailure) {
                return .success(try await send(.post, path))
            } catch {
                return .failure(error)
            }
        }
        let result = await withTaskCancellationHandler {
            await request.value
        } onCancel: {
            Task {
                try? await Task.sleep(for: Self.lastWait)
                request.cancel()
            }
        }
        guard Task.isCancelled else { return try result.get() }
        if case .success(let answer) = result, answer.status == 202,
            let text = answer.response.headers["Location"],
            let location = try? resolve(text, against: answer.url, as: .location)
        {
            await abandon(location)
        }
        throw RequestFailure(Failure(.interrupted, "interrupted"))
    }
}
