import Diagnostics
import HTTPTransport
import OCI

extension RegistryClient {
    /// Explains an error response.
    ///
    /// - Parameters:
    ///   - answer: the response.
    ///   - action: the attempted action, for example `push to`.
    ///   - missing: the object that a 404 means, for example `tag v1`.
    /// - Returns: the failure, and whether the request may be retried.
    /// - Throws: errors of looking up the credential that the failure describes.
    func failure(
        for answer: Answer,
        doing action: String,
        missing: String? = nil
    ) async throws(RequestFailure) -> RequestFailure {
        let summary = answer.rejection.summary(status: answer.status)
        let name = "\(endpoint.registry)" + (repository.map { "/\($0)" } ?? "")
        let action = action + (repository.map { " \($0)" } ?? "")
        func failure(_ code: Failure.Code, _ message: String, _ why: String? = nil, try hints: [String] = [])
            -> Failure
        {
            let shown = Failure.HTTPAnswer(
                status: answer.status,
                code: answer.rejection.code,
                url: answer.url.redacted
            )
            return Failure(code, message, why: why, try: hints, http: shown)
        }
        func judged(_ failure: Failure) -> RequestFailure {
            RequestFailure(
                failure,
                isTemporary: RetryPolicy.isTemporary(status: answer.status, code: answer.rejection.code),
                retryAfter: answer.response.retryAfter
            )
        }
        // The registry's own code says more than the status.
        let advice = StatusAdvice(status: answer.status, isSending: answer.method.sendsContent)
            .flatMap { answer.rejection.code == nil ? $0 : nil }
        switch answer.status {
        case _ where answer.status == 429 || answer.rejection.code == "TOOMANYREQUESTS":
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
                    "\(answer.url.origin), to which \(endpoint.registry) redirects, denied access (\(summary))",
                    "credentials are sent only to \(endpoint.registry) itself"
                )
            )
        case 401, 403:
            return RequestFailure(try await deniedAccess(answer, doing: action))
        case 404:
            let isRepository = answer.rejection.code == "NAME_UNKNOWN" || missing == nil
            return RequestFailure(
                failure(
                    .notFound,
                    isRepository
                        ? "no repository \(name) (\(summary))"
                        : "no \(missing ?? "") in \(name) (\(summary))",
                    isRepository
                        ? "it does not exist, or you may have no access"
                        : "the repository may lack it, or you may have no access",
                    try: isRepository
                        ? ["check the spelling of the repository"]
                        : missing?.hasPrefix("tag ") == true ? tagListing : []
                )
            )
        case 408:
            return judged(failure(.timedOut, "\(endpoint.registry) timed out the request (\(summary))"))
        case 499, 500...:
            return judged(
                failure(
                    .serverFailed,
                    "\(endpoint.registry) failed to \(action) (\(summary))",
                    advice?.why,
                    try: advice?.hints
                        ?? ["try again later; if it fails again, contact the registry's administrator"]
                )
            )
        case 400 where answer.rejection.wantsTLS || mayRejectPlainHTTP(answer):
            return RequestFailure(
                failure(
                    .protocolViolation,
                    "\(endpoint.registry) seems to use HTTPS, not plain HTTP",
                    "it answered 400 to \(answer.url.redacted)",
                    try: ["omit --plain-http"]
                )
            )
        case 300..<400: return RequestFailure(redirection(of: answer, doing: action))
        case 400..<500:
            return judged(
                failure(
                    .requestRejected,
                    "\(endpoint.registry) rejected the request to \(action) (\(summary))",
                    advice?.why,
                    try: advice?.hints ?? StatusAdvice.remedies(for: answer.status)
                )
            )
        default:
            return RequestFailure(
                failure(
                    .protocolViolation,
                    "\(endpoint.registry) answered with the unexpected status \(answer.status)",
                    "the request was to \(action); the server may not be an OCI registry"
                )
            )
        }
    }

    /// Explains a redirect that was not followed.
    private func redirection(of answer: Answer, doing action: String) -> Failure {
        let summary = answer.rejection.summary(status: answer.status)
        let shown = Failure.HTTPAnswer(
            status: answer.status,
            code: answer.rejection.code,
            url: answer.url.redacted
        )
        let location = answer.response.headers["Location"]
        guard let location, let target = try? answer.url.resolving(location) else {
            return Failure(
                .protocolViolation,
                "\(endpoint.registry) redirects the request to \(action), but names no target (\(summary))",
                why: location == nil ? "the response has no Location" : "its Location is not a valid URL",
                try: ["contact the registry's administrator"],
                http: shown
            )
        }
        let isUpgrade =
            answer.url.scheme == .http && target.scheme == .https && target.host == answer.url.host
        return Failure(
            .protocolViolation,
            "\(endpoint.registry) redirects the request to \(action) to \(target.redacted) (\(summary))",
            why:
                "\(answer.method.rawValue) is redirected only by 307 and 308, because others may change the method",
            try: isUpgrade
                ? ["omit --plain-http"]
                : target.path.hasPrefix("/v2/")
                    ? ["use \(target.origin.authority) as the registry's name"]
                    : ["check the registry's name, or contact its administrator"],
            http: shown
        )
    }

    /// The command that lists the tags of the repository.
    private var tagListing: [String] {
        guard let repository else { return [] }
        let name = Reference(registry: endpoint.registry, repository: repository).repositoryDescription
        return ["wasmpack tags \(name)"]
    }

    /// Returns whether a TLS server may have rejected plain HTTP: it answers 400, and without a body to a HEAD.
    private func mayRejectPlainHTTP(_ answer: Answer) -> Bool {
        answer.method == .head && answer.url.scheme == .http && answer.rejection.code == nil
            && answer.rejection.text == nil
    }

    private func deniedAccess(_ answer: Answer, doing action: String) async throws(RequestFailure) -> Failure
    {
        let rejection = await errorBody(of: answer)
        let summary = rejection.summary(status: answer.status)
        let shown = Failure.HTTPAnswer(status: answer.status, code: rejection.code, url: answer.url.redacted)
        if answer.status == 401, answer.challenges.preferred == nil, await !authenticator.isSignedIn {
            let schemes = answer.challenges.map(\.scheme).joined(separator: ", ")
            // A Bearer challenge with a realm would have been answered.
            let hasBearer = answer.challenges.contains { $0.scheme == "bearer" }
            return Failure(
                .authenticationRequired,
                "\(endpoint.registry) requires credentials, but offers no supported method (\(summary))",
                why: hasBearer
                    ? "its Bearer challenge has no realm, the URL of the token service"
                    : schemes.isEmpty
                        ? "neither this response nor that of /v2/ has a valid WWW-Authenticate"
                        : "it offers \(schemes.truncated(to: 160)); wasmpack supports Bearer and Basic",
                try: hasBearer
                    ? ["contact the registry's administrator: its WWW-Authenticate is incomplete"] : [],
                http: shown
            )
        }
        let context = try await authenticator.authContext()
        guard let credential = context.lookup.credential else {
            return context.required(action, summary, shown)
        }
        let isAboutIdentity = context.scope?.items.isEmpty ?? true
        return answer.status == 401 && isAboutIdentity || context.fellBackToAnonymous
            ? context.rejected(credential, summary, shown)
            : context.denied(credential, action, summary, shown)
    }

    /// Returns the registry's error message.
    ///
    /// A HEAD has no body, so a 403 is requested again by GET; a 401 needs no message.
    private func errorBody(of answer: Answer) async -> RegistryErrorBody {
        guard answer.method == .head, answer.status == 403 else { return answer.rejection }
        // If the GET fails, the HEAD's response is used.
        let again = try? await readAgain(answer.request)
        return again?.status == answer.status ? again?.rejection ?? answer.rejection : answer.rejection
    }
}
