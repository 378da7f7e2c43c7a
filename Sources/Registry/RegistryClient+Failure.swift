import Diagnostics
import HTTPTransport
import OCI

extension RegistryClient {
    /// Explains an answer that is not the one hoped for.
    ///
    /// The action is what was being done, for example `push to`; what is missing is what a 404 says is not there, for
    /// example `tag v1`.
    func failure(
        for answer: Answer,
        doing action: String,
        missing: String? = nil
    ) async throws(RequestFailure) -> RequestFailure {
        let summary = answer.refusal.summary(status: answer.status)
        let place = "\(endpoint.registry)" + (repository.map { "/\($0)" } ?? "")
        let action = action + (repository.map { " \($0)" } ?? "")
        func failure(_ code: Failure.Code, _ message: String, _ why: String? = nil, try hints: [String] = [])
            -> Failure
        {
            let shown = Failure.HTTPAnswer(
                status: answer.status,
                code: answer.refusal.code,
                url: answer.url.redacted
            )
            return Failure(code, message, why: why, try: hints, http: shown)
        }
        switch answer.status {
        case 401 where !policy.mayAuthorize(answer.url), 403 where !policy.mayAuthorize(answer.url):
            return RequestFailure(
                failure(
                    .authenticationDenied,
                    "\(answer.url.origin), where \(endpoint.registry) leads to, refuses (\(summary))",
                    "it was asked without credentials: those are for \(endpoint.registry) alone"
                )
            )
        case 401, 403:
            return RequestFailure(try await refusedAccess(answer, doing: action, failure))
        case 404:
            let isRepository = answer.refusal.code == "NAME_UNKNOWN"
            return RequestFailure(
                failure(
                    .notFound,
                    isRepository || missing == nil
                        ? "no repository \(place) (\(summary))"
                        : "no \(missing ?? "") in \(place) (\(summary))",
                    isRepository || missing == nil
                        ? "it does not exist, or is hidden from who asks"
                        : "the repository may exist without it, or be hidden from who asks"
                )
            )
        case 429:
            return RequestFailure(
                failure(.rateLimited, "\(endpoint.registry) asks to slow down (\(summary))"),
                isTemporary: true,
                retryAfter: answer.response.retryAfter
            )
        case 408:
            return RequestFailure(
                failure(.timedOut, "\(endpoint.registry) waited too long (\(summary))"),
                isTemporary: true
            )
        case 500...:
            return RequestFailure(
                failure(.serverFailed, "\(endpoint.registry) fails to \(action) (\(summary))"),
                isTemporary: RetryPolicy.isTemporary(status: answer.status),
                retryAfter: answer.response.retryAfter
            )
        case 400 where answer.refusal.wantsTLS || isSilentRefusalOfPlainHTTP(answer):
            return RequestFailure(
                failure(
                    .protocolViolation,
                    "\(endpoint.registry) speaks HTTPS, it seems, not plain HTTP",
                    "it answers 400 to \(answer.url.redacted)",
                    try: ["leave --plain-http away"]
                )
            )
        case 400..<500:
            return RequestFailure(
                failure(
                    .requestRejected,
                    "\(endpoint.registry) refuses to \(action) (\(summary))"
                )
            )
        default:
            return RequestFailure(
                failure(
                    .protocolViolation,
                    "\(endpoint.registry) answers \(answer.status), which means nothing here",
                    "tried was to \(action); is it an OCI registry?"
                )
            )
        }
    }

    /// A TLS server that is spoken to in plain HTTP answers 400; to a HEAD, without a word.
    private func isSilentRefusalOfPlainHTTP(_ answer: Answer) -> Bool {
        answer.method == .head && answer.url.scheme == .http && answer.refusal.code == nil
            && answer.refusal.text == nil
    }

    private func refusedAccess(
        _ answer: Answer,
        doing action: String,
        _ failure: (Failure.Code, String, String?, [String]) -> Failure
    ) async throws(RequestFailure) -> Failure {
        let summary = answer.refusal.summary(status: answer.status)
        if answer.status == 401, answer.challenges.preferred == nil, await !authenticator.isSignedIn {
            let schemes = answer.challenges.map(\.scheme).joined(separator: ", ")
            return failure(
                .authenticationRequired,
                "\(endpoint.registry) wants credentials and does not say how (\(summary))",
                schemes.isEmpty
                    ? "its answer has no WWW-Authenticate that can be read"
                    : "it knows \(schemes.truncated(to: 160)); this program knows Bearer and Basic",
                []
            )
        }
        let lookup = try await authenticator.credential()
        let scope = await authenticator.scope
        let asked = scope.map { "; asked scope \($0.items.joined(separator: " "))" } ?? ""
        guard let credential = lookup.credential else {
            return failure(
                .authenticationRequired,
                "\(endpoint.registry) wants credentials to \(action) (\(summary))",
                "none found: looked in " + lookup.places.joined(separator: ", ") + asked,
                Authenticator.remedies
            )
        }
        if answer.status == 401, scope == nil {
            return failure(
                .authenticationRejected,
                "\(endpoint.registry) rejected \(credential.holder) (\(summary))",
                "credentials from \(credential.source); the password may be wrong, or a token may have expired",
                ["sign in again, or correct the credentials in \(credential.source)"]
            )
        }
        return failure(
            .authenticationDenied,
            "\(credential.holder) may not \(action) (\(summary))",
            "signed in with credentials from \(credential.source)" + asked,
            [
                "give \(credential.holder) the right to; some registries need the repository to be created first"
            ]
        )
    }
}
