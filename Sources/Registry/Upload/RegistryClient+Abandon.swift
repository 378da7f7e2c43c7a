import Diagnostics
import HTTPTransport

extension RegistryClient {
    /// How long the deletion of an upload may take.
    private static let patience = Duration.seconds(3)

    /// Deletes an upload that will not be used (distribution spec, end-14), as well as that goes.
    ///
    /// Also when the task is cancelled: the deletion is a task of its own. Whatever is answered, and whether anything is,
    /// makes no difference; what is left over expires. An upload at another host is that host's alone.
    func abandon(_ location: HTTPURL) async {
        guard policy.mayAuthorize(location) else { return }
        let deletion = Task { _ = try? await sendOnce(Request(method: .delete, url: location)) }
        let limit = Task {
            try? await Task.sleep(for: Self.patience)
            deletion.cancel()
        }
        await deletion.value
        limit.cancel()
    }
}
