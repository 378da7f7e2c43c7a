import Diagnostics
import OCI

/// The helpers of this process: each is asked about a server once, whoever wants to know, and whatever came of it.
package actor CredentialHelpers {
    private struct Question: Hashable {
        let program: String
        let server: String
    }

    private let environment: [String: String?]
    private let timeLimit: Duration
    private var answers: [Question: Result<CredentialHelper.Answer, Failure>] = [:]

    /// Nobody has been asked yet.
    package init() { self.init(environment: [:], timeLimit: CredentialHelper.timeLimit) }

    init(environment: [String: String?], timeLimit: Duration) {
        self.environment = environment
        self.timeLimit = timeLimit
    }

    func answer(
        _ suffix: String,
        namedBy place: String,
        about registry: RegistryName
    ) async throws(Failure) -> CredentialHelper.Answer {
        let helper = try CredentialHelper(
            suffix: suffix,
            namedBy: place,
            environment: environment,
            timeLimit: timeLimit
        )
        let question = Question(program: helper.program, server: registry.credentialKey)
        if let known = answers[question] { return try known.get() }
        do throws(Failure) {
            let answer = try await helper.answer(to: question.server)
            // What it said besides is said once.
            answers[question] = .success(CredentialHelper.Answer(credential: answer.credential, remarks: []))
            return answer
        } catch {
            if error.code != .interrupted { answers[question] = .failure(error) }
            throw error
        }
    }
}
