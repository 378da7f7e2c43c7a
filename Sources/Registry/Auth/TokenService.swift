import Diagnostics
import HTTPTransport
import OCI

/// A client of one token service (distribution's token and OAuth2 specifications).
actor TokenService {
    /// The largest response that is read, in bytes: 1 MiB.
    private static let answerLimit = 1024 * 1024
    /// The client's name in requests.
    private static let clientID = "wasmpack"

    private let realm: TokenRealm
    private let registry: RegistryName
    private let transport: any Transport
    private let events: any EventSink
    /// The identity token that replaces the old one; only this service receives it.
    private(set) var replacement: Credential?
    /// Whether requests share a connection, also with those to a registry on the same host.
    private let multiplexes: Bool
    /// Whether the service has responded before; if so, a failed connection is temporary.
    private var hasAnswered = false

    init(
        _ realm: TokenRealm,
        of registry: RegistryName,
        transport: any Transport,
        multiplexes: Bool = false,
        events: any EventSink
    ) {
        self.realm = realm
        self.multiplexes = multiplexes
        self.registry = registry
        self.transport = transport
        self.events = events
    }

    /// Fetches a token for a scope, with a credential or anonymously.
    ///
    /// Throws ``Failure/Code/authenticationRejected`` if the service rejects the credential, and
    /// ``Failure/Code/authenticationRequired`` if it requires one; the lookup is for these messages.
    func token(
        for scope: Scope,
        _ credential: Credential?,
        _ lookup: CredentialLookup,
        policy: URLPolicy
    ) async throws(RequestFailure) -> BearerToken {
        var exchange = Exchange(scope: scope, credential: credential, lookup: lookup, policy: policy)
        guard let credential, case .identityToken = credential.secret else { return try await get(exchange) }
        // The newest identity token first, then the original one.
        if let replacement {
            exchange.credential = replacement
            do throws(RequestFailure) {
                return try await renewed(exchange)
            } catch {
                guard error.failure.code == .authenticationRejected else { throw error }
                // Another exchange may have received a newer token meanwhile, which stays.
                if self.replacement?.identityToken == replacement.identityToken { self.replacement = nil }
            }
            exchange.credential = credential
        }
        return try await renewed(exchange)
    }

    private func renewed(_ exchange: Exchange) async throws(RequestFailure) -> BearerToken {
        let token = try await post(exchange)
        if let next = token.refreshToken, let shown = exchange.credential {
            replacement = Credential(identityToken: next, username: shown.username, source: shown.source)
        }
        return token
    }

    /// Fetches a token by GET, with Basic or anonymously (token specification).
    private func get(
        _ exchange: Exchange,
        authorization: String? = nil
    ) async throws(RequestFailure) -> BearerToken {
        var url = realm.url
        for (name, value) in fields(exchange.scope.items) {
            url = url.appendingQuery("\(name)=\(value.queryValue)")
        }
        if let username = exchange.credential?.username {
            url = url.appendingQuery("account=" + username.queryValue)
        }
        var request = Request(method: .get, url: url, headers: ["Accept": "application/json"])
        let basic = try RequestFailure.rethrowing { () throws(Failure) -> String? in
            if let authorization { return authorization }
            return try exchange.credential?.basicAuthorization()
        }
        if let basic { request.headers.add("Authorization", basic) }
        return try await token(send(request, exchange), exchange)
    }

    /// Fetches a token by POST, with an identity token in the body (OAuth2 specification,
    /// `grant_type=refresh_token`).
    ///
    /// If the service does not support POST, the identity token is sent as the password by GET; this requires
    /// a user name.
    private func post(_ exchange: Exchange) async throws(RequestFailure) -> BearerToken {
        guard let credential = exchange.credential, case .identityToken(let token) = credential.secret else {
            return try await get(exchange)
        }
        let scope = exchange.scope.items.joined(separator: " ")
        let form =
            [("grant_type", "refresh_token"), ("refresh_token", token)] + fields(scope.isEmpty ? [] : [scope])
        let request = Request(
            method: .post,
            url: realm.url,
            headers: ["Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"],
            body: .bytes(Array(form.map { "\($0)=\($1.queryValue)" }.joined(separator: "&").utf8))
        )
        let answer = try await send(request, exchange)
        guard answer.response.status == 404 || answer.response.status == 405 else {
            return try self.token(answer, exchange)
        }
        let basic = try RequestFailure.rethrowing { () throws(Failure) in
            try credential.basicAuthorization(with: token)
        }
        guard let basic else {
            throw RequestFailure(
                Failure(
                    .authenticationRejected,
                    "the token service of \(registry) does not accept identity tokens (\(answer.summary))",
                    why:
                        "the token from \(credential.source) has no user name, which a password requires",
                    try: ["wasmpack login \(registry)"],
                    http: answer.shown
                )
            )
        }
        return try await get(exchange, authorization: basic)
    }

    private func fields(_ scopes: [String]) -> [(String, String)] {
        [realm.service.map { ("service", $0) }].compactMap(\.self) + scopes.map { ("scope", $0) }
            + [("client_id", Self.clientID)]
    }

    private func send(_ request: Request, _ exchange: Exchange) async throws(RequestFailure) -> Answer {
        let body = BodyBuffer(limit: Self.answerLimit)
        let sink = AnswerSink(body)
        let start = ContinuousClock.now
        let what = "\(request.method.rawValue) \(request.url.redacted)"
        var request = request
        request.multiplexes = multiplexes
        request.acceptsAddress = { [policy = exchange.policy, url = request.url] in
            policy.mayDial($0, for: url)
        }
        do throws(TransferError) {
            let response = try await transport.send(request, into: sink)
            hasAnswered = true
            let scopes = exchange.scope.items.map { " \($0)" }.joined()
            events.record(.detail("\(what) → \(response.status)" + (scopes.isEmpty ? "" : ", for\(scopes)")))
            return Answer(
                response: response,
                body: body.bytes,
                rejection: RegistryErrorBody(
                    response.isSuccess ? [] : sink.explanation,
                    withholding: exchange.credential?.secrets ?? []
                ),
                url: request.url,
                start: start
            )
        } catch {
            events.record(.detail("\(what) → \(error.kind.described)"))
            var failure = RequestFailure(error, to: request.url, namedBy: registry, as: .realm)
            if hasAnswered, RetryPolicy.mayComeBack(error.kind) { failure.isTemporary = true }
            throw failure
        }
    }

    private func token(_ answer: Answer, _ exchange: Exchange) throws(RequestFailure) -> BearerToken {
        guard answer.response.isSuccess else { throw rejection(answer, exchange) }
        return try RequestFailure.rethrowing { () throws(Failure) in
            if let encoding = answer.response.contentEncoding {
                throw Failure(encoded: encoding, from: "the token service of \(registry)")
            }
            return try BearerToken(answer: answer.body, from: answer.url.redacted, now: answer.start)
        }
    }

    private func rejection(_ answer: Answer, _ exchange: Exchange) -> RequestFailure {
        let status = answer.response.status
        let context = AuthContext(registry: registry, lookup: exchange.lookup, scope: exchange.scope)
        let words = "token service: \(answer.summary)"
        func judged(_ code: Failure.Code, _ message: String, _ why: String? = nil, try hints: [String] = [])
            -> RequestFailure
        {
            RequestFailure(
                Failure(code, message, why: why, try: hints, http: answer.shown),
                isTemporary: RetryPolicy.isTemporary(status: status, code: answer.rejection.code),
                retryAfter: answer.response.retryAfter
            )
        }
        let advice = StatusAdvice(status: status, isSending: false)
        switch status {
        case 401, 403,
            400 where answer.rejection.rejectsGrant:
            guard let credential = exchange.credential else {
                return RequestFailure(context.required(nil, words, answer.shown))
            }
            return RequestFailure(context.rejected(credential, words, answer.shown))
        case _ where status == 429 || answer.rejection.code == "TOOMANYREQUESTS":
            return judged(
                .rateLimited,
                "rate limited by the token service of \(registry) (\(answer.summary))",
                answer.response.quota
            )
        case 408:
            return judged(.timedOut, "the token service of \(registry) timed out (\(answer.summary))")
        default:
            return judged(
                status == 499 || status >= 500 ? .serverFailed : .protocolViolation,
                "the token service of \(registry) failed (\(answer.summary))",
                answer.rejection.code == nil
                    ? advice.map { "\(answer.url.redacted): \($0.why)" } ?? answer.explanation
                    : answer.explanation,
                try: advice?.hints ?? []
            )
        }
    }
}

extension TokenService {
    /// The parameters of a token request.
    private struct Exchange {
        let scope: Scope
        var credential: Credential?
        let lookup: CredentialLookup
        let policy: URLPolicy
    }

    /// The response of the service.
    private struct Answer {
        let response: Response
        let body: [UInt8]
        let rejection: RegistryErrorBody
        let url: HTTPURL
        /// The time of the request, from which the token's lifetime counts.
        let start: ContinuousClock.Instant

        var summary: String { rejection.summary(status: response.status) }

        /// The requested URL, and the target of a redirect, which is never followed because it would get the credential.
        var explanation: String {
            let target = (300..<400).contains(response.status) ? response.headers["Location"] : nil
            let redirect = target.flatMap { try? url.resolving($0) }.map {
                ", which redirects to \($0.redacted)"
            }
            return "the request was for \(url.redacted)\(redirect ?? "")"
        }

        var shown: Failure.HTTPAnswer {
            Failure.HTTPAnswer(status: response.status, code: rejection.code, url: url.redacted)
        }
    }
}
