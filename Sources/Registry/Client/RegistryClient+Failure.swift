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
        func judged(_ failure: Failure) -> RequestFailure {
            RequestFailure(
                failure,
                isTemporary: RetryPolicy.isTemporary(status: answer.status, code: answer.refusal.code),
                retryAfter: answer.response.retryAfter
            )
        }
        switch answer.status {
        case _ where answer.status == 429 || answer.refusal.code == "TOOMANYREQUESTS":
            return judged(
                failure(
                    .rateLimited,
                    "\(endpoint.registry) asks to slow down (\(summary))",
                    answer.response.quota
                )
            )
        case 401 where !policy.mayAuthorize(answer.url), 403 where !policy.mayAuthorize(answer.url):
            return RequestFailure(
                failure(
                    .authenticationDenied,
                    "\(answer.url.origin), where \(endpoint.registry) leads to, refuses (\(summary))",
                    "it was asked without credentials: those are for \(endpoint.registry) alone"
                )
            )
        case 401, 403:
            return RequestFailure(try await refusedAccess(answer, doing: action))
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
        case 408:
            return judged(failure(.timedOut, "\(endpoint.registry) waited too long (\(summary))"))
        case 499, 500...:
            return judged(
                failure(
                    .serverFailed,
                    "\(endpoint.registry) fails to \(action) (\(summary))",
                    try: ["again later; if it repeats, tell who runs it"]
                )
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
            return judged(
                failure(.requestRejected, "\(endpoint.registry) refuses to \(action) (\(summary))")
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

    private func refusedAccess(_ answer: Answer, doing action: String) async throws(RequestFailure) -> Failure
    {
        let refusal = await words(of: answer)
        let summary = refusal.summary(status: answer.status)
        let shown = Failure.HTTPAnswer(status: answer.status, code: refusal.code, url: answer.url.redacted)
        if answer.status == 401, answer.challenges.preferred == nil, await !authenticator.isSignedIn {
            let schemes = answer.challenges.map(\.scheme).joined(separator: ", ")
            return Failure(
                .authenticationRequired,
                "\(endpoint.registry) wants credentials and does not say how (\(summary))",
                why: schemes.isEmpty
                    ? "neither this answer nor that of /v2/ has a WWW-Authenticate that can be read"
                    : "it knows \(schemes.truncated(to: 160)); this program knows Bearer and Basic",
                http: shown
            )
        }
        let standing = try await authenticator.standing()
        guard let credential = standing.lookup.credential else {
            return standing.required(action, summary, shown)
        }
        let isAboutWho = standing.scope?.items.isEmpty ?? true
        return answer.status == 401 && isAboutWho || standing.fellBackToAnonymous
            ? standing.rejected(credential, summary, shown)
            : standing.denied(credential, action, summary, shown)
    }

    /// The registry's words; a HEAD has none, so the same is asked by GET. (A 401 needs none.)
    private func words(of answer: Answer) async -> RegistryErrorBody {
        guard answer.method == .head, answer.status == 403 else { return answer.refusal }
        // Whatever comes of it, the HEAD was refused.
        let again = try? await readAgain(answer.request)
        return again?.status == answer.status ? again?.refusal ?? answer.refusal : answer.refusal
    }
}
