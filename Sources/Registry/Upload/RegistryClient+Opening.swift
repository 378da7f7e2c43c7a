import Diagnostics
import HTTPTransport

extension RegistryClient {
    /// The time to wait for a response with the upload's location after the task was canceled.
    private static let lastWait = Duration.milliseconds(1500)

    /// Requests an upload by POST; after a cancellation, waits briefly for the response and deletes the upload.
    ///
    /// The registry may have opened the upload already, and only its response names the location, so dropping the request
    /// would leave the upload behind. The request is therefore an unstructured task. The wait is shorter than the time
    /// that the program has to end.
    func askForUpload(_ path: String) async throws(RequestFailure) -> Answer {
        if Task.isCancelled { throw RequestFailure(.interrupted) }
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
                try? await retrying.policy.clock.sleep(Self.lastWait)
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
        throw RequestFailure(.interrupted)
    }
}
