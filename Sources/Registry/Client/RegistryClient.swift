import Diagnostics
import HTTPTransport
import OCI

/// A client for one registry or one of its repositories: finds the scheme, answers challenges and follows redirects.
final class RegistryClient: Sendable {
    /// The largest number of redirects that are followed.
    private static let redirectLimit = 10

    private let connection: RegistryConnection
    /// The repository that paths are relative to; `nil` for the registry itself.
    let repository: RepositoryName?
    let authenticator: Authenticator

    var endpoint: RegistryEndpoint { connection.endpoint }
    /// Retries requests, within the registry's rate limit.
    var retrying: Retrying { connection.retrying }
    var events: any EventSink { connection.events }
    private var state: RegistryConnectionState { connection.state }

    init(
        _ connection: RegistryConnection,
        _ repository: RepositoryName?,
        _ access: Access,
        scope: Scope,
        lookUp: @escaping Authenticator.LookUp
    ) {
        self.connection = connection
        self.repository = repository
        multiplexes = access == .pull
        authenticator = Authenticator(
            connection.endpoint.registry,
            access,
            scope: scope,
            transport: connection.transport,
            events: connection.events,
            lookUp: lookUp
        )
    }

    /// The registry's origin in use.
    var origin: Origin { state.origin }

    /// Whether requests share a connection; not beside uploads, which need HTTP/1.1, and so another connection.
    private let multiplexes: Bool

    /// The policy for URLs that the registry names.
    var policy: URLPolicy { state.policy }

    /// Sends a request below `/v2/<name>/` (repository) or `/v2/` (registry).
    func send(
        _ method: HTTPMethod,
        _ path: String,
        headers: HeaderFields = [:],
        body: Body = .none,
        into sink: (any ResponseSink)? = nil
    ) async throws(RequestFailure) -> Answer {
        while true {
            let origin = origin
            let url = try parse("\(origin)/v2/" + (repository.map { "\($0)/" } ?? "") + path)
            let request = Request(method: method, url: url, headers: headers, body: body)
            do throws(RequestFailure) {
                return try await send(request, into: sink)
            } catch {
                // Only for the registry itself, not for a token service or a redirect target.
                guard error.plainHTTPOrigin == origin, state.fallBack(from: origin, events) else {
                    throw error
                }
            }
        }
    }

    /// Makes a request to a URL that has passed the policy, with credentials if it is the registry's own.
    ///
    /// After a 401 or 403, each remedy of the ``Authenticator`` is tried once, and the body is sent again from its start.
    /// Returns the last response if no remedy is left.
    func send(_ request: Request, into sink: (any ResponseSink)? = nil) async throws(RequestFailure) -> Answer
    {
        // A HEAD's response has the length of a body that is not sent.
        let limit = request.method == .head ? Int.max : 64 * 1024
        let sink = AnswerSink(sink ?? BodyBuffer(limit: limit))
        var authorization =
            policy.mayAuthorize(request.url) ? try await authenticator.authorization(policy: policy) : nil
        var tried: Set<Authenticator.Remedy> = []
        while true {
            let answer = try await follow(request, authorization: authorization, into: sink)
            guard let rejection = rejection(in: answer, to: authorization),
                let next = try await authenticator.next(
                    after: rejection,
                    tried: tried,
                    policy: policy,
                    ping: { [self] () async throws(RequestFailure) in try await ping() }
                )
            else { return answer }
            tried.insert(next.remedy)
            authorization = next.authorization
        }
    }

    /// Returns what the authenticator needs of a registry's 401 or 403; `nil` for other responses.
    private func rejection(in answer: Answer, to authorization: String?) -> Authenticator.Rejection? {
        guard answer.status == 401 || answer.status == 403, policy.mayAuthorize(answer.url) else {
            return nil
        }
        return Authenticator.Rejection(
            status: answer.status,
            challenges: answer.challenges,
            sent: authorization,
            url: answer.url
        )
    }

    /// Repeats a request as GET, with the current authorization.
    func readAgain(_ request: Request) async throws(RequestFailure) -> Answer {
        var request = request
        request.method = .get
        return try await sendOnce(request)
    }

    /// Makes a request with the current authorization, and returns the response without retries.
    func sendOnce(_ request: Request) async throws(RequestFailure) -> Answer {
        let authorization =
            policy.mayAuthorize(request.url) ? try await authenticator.authorization(policy: policy) : nil
        return try await follow(
            request,
            authorization: authorization,
            into: AnswerSink(BodyBuffer(limit: 64 * 1024))
        )
    }

    /// Requests `/v2/`: some registries send a challenge only there.
    private func ping() async throws(RequestFailure) -> Authenticator.Rejection? {
        let answer = try await baseAnswer()
        return answer.status == 401 ? rejection(in: answer, to: nil) : nil
    }

    /// Requests `/v2/` without credentials, and returns the response without retries.
    func baseAnswer() async throws(RequestFailure) -> Answer {
        while true {
            let origin = origin
            let request = Request(method: .get, url: try parse("\(origin)/v2/"))
            do throws(RequestFailure) {
                return try await follow(
                    request,
                    authorization: nil,
                    into: AnswerSink(BodyBuffer(limit: 64 * 1024))
                )
            } catch {
                guard error.plainHTTPOrigin == origin, state.fallBack(from: origin, events) else {
                    throw error
                }
            }
        }
    }

    /// Requests the first byte below `/v2/<name>/` without credentials, and returns the status; follows no redirect.
    func statusWithoutCredentials(_ path: String) async throws(RequestFailure) -> Int {
        let url = try parse("\(origin)/v2/" + (repository.map { "\($0)/" } ?? "") + path)
        let request = Request(method: .get, url: url, headers: ["Range": "bytes=0-0"])
        do throws(TransferError) {
            return try await connection.transport.send(prepared(request, nil), into: DiscardingSink()).status
        } catch {
            throw failure(error, of: request, isRedirected: false)
        }
    }

    /// Returns the credential in use; `nil` until the registry requires one.
    func usedCredential() async -> Credential? { await authenticator.usedCredential }

    /// Makes a request and follows redirects; the policy checks each target.
    private func follow(
        _ first: Request,
        authorization: String?,
        into sink: AnswerSink
    ) async throws(RequestFailure) -> Answer {
        var request = first
        var authorization = authorization
        for _ in 0...Self.redirectLimit {
            // Credentials go only to the origin, and not even there after a redirect to another host, port or scheme.
            if !policy.mayAuthorize(request.url) { authorization = nil }
            let response: Response
            do throws(TransferError) {
                response = try await connection.transport.send(prepared(request, authorization), into: sink)
            } catch {
                throw failure(error, of: request, isRedirected: request.url != first.url)
            }
            state.recordAnswer(of: request.url.origin)
            events.record(.detail("\(request.method.rawValue) \(request.url.redacted) → \(response.status)"))
            if policy.mayAuthorize(request.url) { await warn(response, authorization) }
            guard let target = response.redirectTarget(for: request.method) else {
                return Answer(
                    request: request,
                    response: response,
                    rejection: await errorBody(response, sink.explanation, authorization)
                )
            }
            request.url = try resolve(target, against: request.url, as: .redirect)
            events.record(.detail("redirected to \(request.url.redacted)"))
        }
        throw RequestFailure(
            Failure(
                .protocolViolation,
                "\(endpoint.registry) redirects more than \(Self.redirectLimit) times"
            )
        )
    }

    /// Adds the authorization to a request, and restricts the addresses it may connect to.
    private func prepared(_ request: Request, _ authorization: String?) -> Request {
        var request = request
        request.multiplexes = multiplexes
        request.acceptsAddress = { [state, url = request.url] in state.policy.mayDial($0, for: url) }
        if policy.mayAuthorize(request.url) {
            request.reachedAddress = { [state] in state.recordAddress($0) }
        }
        if let authorization { request.headers.add("Authorization", authorization) }
        return request
    }

    /// Makes the failure for an exchange without a response.
    private func failure(_ error: TransferError, of request: Request, isRedirected: Bool) -> RequestFailure {
        // A request that is no longer needed is no news.
        if error.kind != .canceled {
            events.record(
                .detail("\(request.method.rawValue) \(request.url.redacted) → \(error.kind.described)")
            )
        }
        // Of the URLs that a registry names, only upload locations and redirect targets may be at another origin.
        let role: URLPolicy.Role? =
            policy.mayAuthorize(request.url) ? nil : isRedirected ? .redirect : .location
        var failure = RequestFailure(error, to: request.url, namedBy: endpoint.registry, as: role)
        if RetryPolicy.mayComeBack(error.kind), state.hasAnswered(request.url.origin) {
            failure.isTemporary = true
        }
        return failure
    }

    /// Forwards the registry's `Warning` headers, unless they contain a secret.
    private func warn(_ response: Response, _ authorization: String?) async {
        let texts = connection.warnings.new(in: response)
        guard !texts.isEmpty else { return }
        let secrets = await secrets(sentWith: authorization)
        for text in texts where !secrets.contains(where: text.contains) {
            events.record(.warning("message from \(endpoint.registry): \(text)"))
        }
    }

    /// Parses the error message of a response, without secrets.
    private func errorBody(
        _ response: Response,
        _ body: [UInt8],
        _ authorization: String?
    ) async -> RegistryErrorBody {
        guard !response.isSuccess else { return RegistryErrorBody([]) }
        return RegistryErrorBody(body, withholding: await secrets(sentWith: authorization))
    }

    private func secrets(sentWith authorization: String?) async -> [String] {
        let sent = authorization.flatMap { $0.split(separator: " ").last.map(String.init) }
        return (await authenticator.secrets + [sent].compactMap(\.self)).filter { !$0.isEmpty }
    }

    /// Resolves and checks a URL that the registry named, relative to a base or else to the registry.
    ///
    /// Throws ``Failure/Code/protocolViolation`` for an invalid URL, and ``Failure/Code/addressRejected`` if the policy
    /// rejects it.
    func resolve(
        _ text: String,
        against base: HTTPURL? = nil,
        as role: URLPolicy.Role
    ) throws(RequestFailure) -> HTTPURL {
        let base = if let base { base } else { try parse("\(origin)/") }
        let url: HTTPURL
        do throws(TransferError) {
            url = try base.resolving(text)
        } catch {
            throw RequestFailure(
                Failure(
                    .protocolViolation,
                    "\(endpoint.registry) sent an invalid URL as \(role.rawValue)",
                    why: error.detail
                )
            )
        }
        do throws(Failure) {
            return try policy.checked(url, as: role)
        } catch {
            throw RequestFailure(error)
        }
    }

    private func parse(_ text: String) throws(RequestFailure) -> HTTPURL {
        do throws(TransferError) {
            return try HTTPURL(parsing: text)
        } catch {
            throw RequestFailure(
                Failure(.referenceInvalid, "\"\(text)\" is not a valid URL", why: error.detail)
            )
        }
    }
}
