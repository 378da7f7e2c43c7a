import Diagnostics
import OCI

/// A cache of the helpers' responses: each helper is asked about a server once per process, even if it fails.
package actor CredentialHelpers {
    private struct Request: Hashable {
        let program: String
        let server: String
    }

    private let environment: [String: String?]
    private let timeLimit: Duration
    private var responses: [Request: Result<CredentialHelper.Response, Failure>] = [:]

    /// Creates an empty cache.
    package init() { self.init(environment: [:], timeLimit: CredentialHelper.timeLimit) }

    init(environment: [String: String?], timeLimit: Duration) {
        self.environment = environment
        self.timeLimit = timeLimit
    }

    /// Gets the credential for a registry from a helper; returns the helper's remarks only the first time.
    func get(
        _ registry: RegistryName,
        from suffix: String,
        namedBy configuration: String
    ) async throws(Failure) -> CredentialHelper.Response {
        let helper = try CredentialHelper(
            suffix: suffix,
            namedBy: configuration,
            environment: environment,
            timeLimit: timeLimit
        )
        let request = Request(program: helper.program, server: registry.credentialKey)
        if let known = responses[request] { return try known.get() }
        do throws(Failure) {
            let response = try await helper.response(for: request.server)
            responses[request] = .success(
                CredentialHelper.Response(credential: response.credential, remarks: [])
            )
            return response
        } catch {
            if error.code != .interrupted { responses[request] = .failure(error) }
            throw error
        }
    }
}
