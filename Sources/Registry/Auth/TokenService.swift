import Diagnostics
import HTTPTransport
import OCI

/// Fetches tokens of one token service, as distribution's token and OAuth2 specifications have it.
actor TokenService {
    /// The largest answer that is read, in bytes.
    private static let answerLimit = 1024 * 1024
    /// What this client calls itself.
    private static let clientID = "wasmpack"

    private let realm: TokenRealm
    private let registry: RegistryName
    private let transport: any Transport
    private let events: any EventSink
    /// What the service gave in place of the identity token that it was shown; nobody else gets it.
    private(set) var replacement: Credential?
    /// Whether it has answered: if it cannot be reached now, it may be again.
    private var hasAnswered = false

    init(_ realm: TokenRealm, of registry: RegistryName, transport: any Transport, events: any EventSink) {
        self.realm = realm
        self.registry = registry
        self.transport = transport
        self.events = events
    }

    /// A token for what a credential may do of a scope, or for what everybody may.
    ///
    /// Throws ``Failure/Code/authenticationRejected`` when the service refuses the credential, and
    /// ``Failure/Code/authenticationRequired`` when it wants one; the lookup is for these messages.
    func token(
        for scope: Scope,
        _ credential: Credential?,
        _ lookup: CredentialLookup,
        policy: URLPolicy
    ) async throws(RequestFailure) -> BearerToken {
        var exchange = Exchange(scope: scope, credential: credential, lookup: lookup, policy: policy)
        guard let credential, case .identityToken = credential.secret else { return try await get(exchange) }
        // What the service gave last, else what was there before it gave anything.
        if let replacement {
            exchange.credential = replacement
            do throws(RequestFailure) {
                return try await renewed(exchange)
            } catch {
                guard error.failure.code == .authenticationRejected else { throw error }
                // Unless another exchange has brought a newer one meanwhile.
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

    /// By GET, with Basic or anonymously (token specification).
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

    /// By POST, with an identity token in the body (OAuth2 specification, `grant_type=refresh_token`).
    ///
    /// A service that knows no POST may take the identity token for a password, if a user name stands beside it.
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
                    "the token service of \(registry) takes no identity token (\(answer.summary))",
                    why: "credentials from \(credential.source) have no user name to try it as a password",
                    try: ["sign in with a user name and a password: wasmpack login \(registry)"],
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
                refusal: RegistryErrorBody(
                    response.isSuccess ? [] : sink.explanation,
                    withholding: exchange.credential?.secrets ?? []
                ),
                url: request.url,
                start: start
            )
        } catch {
            events.record(.detail("\(what) → \(error.kind.rawValue)"))
            var failure = RequestFailure(error, to: request.url)
            if hasAnswered, RetryPolicy.mayComeBack(error.kind) { failure.isTemporary = true }
            throw failure
        }
    }

    private func token(_ answer: Answer, _ exchange: Exchange) throws(RequestFailure) -> BearerToken {
        guard answer.response.isSuccess else { throw refusal(answer, exchange) }
        return try RequestFailure.rethrowing { () throws(Failure) in
            try BearerToken(answer: answer.body, from: answer.url.redacted, now: answer.start)
        }
    }

    private func refusal(_ answer: Answer, _ exchange: Exchange) -> RequestFailure {
        let status = answer.response.status
        let standing = Standing(registry: registry, lookup: exchange.lookup, scope: exchange.scope)
        let words = "token service: \(answer.summary)"
        func judged(_ code: Failure.Code, _ message: String, _ why: String? = nil) -> RequestFailure {
            RequestFailure(
                Failure(code, message, why: why, http: answer.shown),
                isTemporary: RetryPolicy.isTemporary(status: status, code: answer.refusal.code),
                retryAfter: answer.response.retryAfter
            )
        }
        switch status {
        case 401, 403,
            400 where answer.refusal.refusesGrant:
            guard let credential = exchange.credential else {
                return RequestFailure(standing.required(nil, words, answer.shown))
            }
            return RequestFailure(standing.rejected(credential, words, answer.shown))
        case _ where status == 429 || answer.refusal.code == "TOOMANYREQUESTS":
            return judged(
                .rateLimited,
                "the token service of \(registry) asks to slow down (\(answer.summary))",
                answer.response.quota
            )
        case 408:
            return judged(.timedOut, "the token service of \(registry) waited too long (\(answer.summary))")
        default:
            return judged(
                status == 499 || status >= 500 ? .serverFailed : .protocolViolation,
                "the token service of \(registry) fails (\(answer.summary))",
                "asked was \(answer.url.redacted)"
            )
        }
    }
}

extension TokenService {
    /// What is wanted, and by whom.
    private struct Exchange {
        let scope: Scope
        var credential: Credential?
        let lookup: CredentialLookup
        let policy: URLPolicy
    }

    /// What the service said.
    private struct Answer {
        let response: Response
        let body: [UInt8]
        let refusal: RegistryErrorBody
        let url: HTTPURL
        /// When it was asked: its tokens are no younger.
        let start: ContinuousClock.Instant

        var summary: String { refusal.summary(status: response.status) }

        var shown: Failure.HTTPAnswer {
            Failure.HTTPAnswer(status: response.status, code: refusal.code, url: url.redacted)
        }
    }
}
