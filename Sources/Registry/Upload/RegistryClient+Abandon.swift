import Diagnostics
import HTTPTransport

extension RegistryClient {
    /// The time limit for the deletion of an upload.
    private static let deletionLimit = Duration.seconds(3)

    /// Deletes an upload that will not be used, if possible (distribution spec, end-14).
    ///
    /// The deletion is an unstructured task, so it also runs when the current task is canceled. Its result is ignored,
    /// because abandoned uploads expire. Does nothing for an upload at another host.
    func abandon(_ location: HTTPURL) async {
        guard policy.mayAuthorize(location) else { return }
        let deletion = Task { _ = try? await sendOnce(Request(method: .delete, url: location)) }
        let limit = Task {
            try? await Task.sleep(for: Self.deletionLimit)
            deletion.cancel()
        }
        await deletion.value
        limit.cancel()
    }
}
