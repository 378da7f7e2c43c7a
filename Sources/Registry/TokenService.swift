import Diagnostics
import HTTPTransport
import OCI

/// Fetches tokens as distribution's token specification has it (GET with Basic, or anonymously).
struct TokenService: Sendable {
    /// The largest answer that is read, in bytes.
    private static let answerLimit = 1024 * 1024
    /// What this client calls itself.
    private static let clientID = "wasmpack"

    let transport: any Transport
    let policy: URLPolicy
    let registry: RegistryName
    let events: any EventSink

    /// Asks the service that a challenge names for a token.
    func token(
        _ challenge: AuthChallenge,
        scope: Scope,
        lookup: CredentialLookup
    ) async throws(RequestFailure) -> BearerToken {
        let credential = lookup.credential
        let url = try address(challenge, scope: scope, credential: credential)
        var request = Request(method: .get, url: url, headers: ["Accept": "application/json"])
        request.acceptsAddress = { [policy] in policy.mayDial($0, for: url) }
        if let basic = credential?.basicAuthorization { request.headers.add("Authorization", basic) }
        let body = BodyBuffer(limit: Self.answerLimit)
        let sink = AnswerSink(body)
        let response: Response
        do throws(TransferError) {
            response = try await transport.send(request, into: sink)
        } catch {
            events.record(.detail("GET \(url.redacted) → \(error.kind.rawValue)"))
            throw RequestFailure(error, to: url)
        }
        events.record(
            .detail("GET \(url.redacted) → \(response.status), for \(scope.items.joined(separator: " "))")
        )
        guard (200..<300).contains(response.status) else {
            throw refusal(response, RegistryErrorBody(sink.explanation), url: url, lookup: lookup)
        }
        do throws(Failure) {
            return try BearerToken(answer: body.bytes, from: url.redacted)
        } catch {
            throw RequestFailure(error)
        }
    }

    private func address(
        _ challenge: AuthChallenge,
        scope: Scope,
        credential: Credential?
    ) throws(RequestFailure) -> HTTPURL {
        let realm = challenge.parameters["realm"] ?? ""
        var url: HTTPURL
        do throws(TransferError) {
            url = try HTTPURL(parsing: "\(policy.registry)/").resolving(realm)
        } catch {
            throw RequestFailure(
                Failure(
                    .protocolViolation,
                    "\(registry) names a token service that is no address: \"\(realm.truncated(to: 200))\"",
                    why: error.detail
                )
            )
        }
        do throws(Failure) {
            url = try policy.checked(url, as: .realm)
        } catch {
            throw RequestFailure(error)
        }
        if let service = challenge.parameters["service"] {
            url = url.appendingQuery("service=" + service.queryValue)
        }
        for item in scope.items { url = url.appendingQuery("scope=" + item.queryValue) }
        url = url.appendingQuery("client_id=" + Self.clientID)
        if let username = credential?.username { url = url.appendingQuery("account=" + username.queryValue) }
        return url
    }

    private func refusal(
        _ response: Response,
        _ body: RegistryErrorBody,
        url: HTTPURL,
        lookup: CredentialLookup
    ) -> RequestFailure {
        let summary = body.summary(status: response.status)
        let answer = Failure.HTTPAnswer(status: response.status, code: body.code, url: url.redacted)
        switch response.status {
        case 401, 403:
            guard let credential = lookup.credential else {
                return RequestFailure(
                    Failure(
                        .authenticationRequired,
                        "\(registry) wants credentials (token service: \(summary))",
                        why: "none found: looked in " + lookup.places.joined(separator: ", "),
                        try: Authenticator.remedies,
                        http: answer
                    )
                )
            }
            return RequestFailure(
                Failure(
                    .authenticationRejected,
                    "\(registry) rejected \(credential.holder) (token service: \(summary))",
                    why:
                        "credentials from \(credential.source); the password may be wrong, or a token may have expired",
                    try: ["sign in again, or correct the credentials in \(credential.source)"],
                    http: answer
                )
            )
        case 429:
            return RequestFailure(
                Failure(
                    .rateLimited,
                    "the token service of \(registry) asks to slow down (\(summary))",
                    http: answer
                ),
                isTemporary: true,
                retryAfter: response.retryAfter
            )
        default:
            let isServers = response.status >= 500
            return RequestFailure(
                Failure(
                    isServers ? .serverFailed : .protocolViolation,
                    "the token service of \(registry) fails (\(summary))",
                    why: "asked was \(url.redacted)",
                    http: answer
                ),
                isTemporary: RetryPolicy.isTemporary(status: response.status),
                retryAfter: response.retryAfter
            )
        }
    }
}

extension Response {
    /// How long the server wants to be left alone, if it says so in seconds (RFC 9110 §10.2.3).
    var retryAfter: Duration? {
        headers["Retry-After"].flatMap { Int($0) }.flatMap { $0 >= 0 ? .seconds(min($0, 86400)) : nil }
    }
}

extension String {
    /// The text as the value of a query item (RFC 3986 §3.4), everything with a meaning of its own percent-encoded.
    var queryValue: String {
        utf8.reduce(into: "") { result, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                result += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
    }
}
