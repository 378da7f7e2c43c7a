import Diagnostics
import HTTPTransport
import OCI

/// Makes requests to one registry, or to one repository of it: finds the scheme, answers challenges, follows redirects.
final class RegistryClient: Sendable {
    /// How many redirects are followed.
    private static let redirectLimit = 10

    private let connection: RegistryConnection
    /// Below what requests are made; `nil` for the registry itself.
    let repository: RepositoryName?
    let authenticator: Authenticator

    var endpoint: RegistryEndpoint { connection.endpoint }
    /// Repeats requests, within the registry's rate limit.
    var retrying: Retrying { connection.retrying }
    var events: any EventSink { connection.events }
    private var place: RegistryConnectionState { connection.place }

    init(
        _ connection: RegistryConnection,
        _ repository: RepositoryName?,
        _ access: Access,
        scope: Scope,
        lookUp: @escaping Authenticator.LookUp
    ) {
        self.connection = connection
        self.repository = repository
        authenticator = Authenticator(
            connection.endpoint.registry,
            access,
            scope: scope,
            transport: connection.transport,
            events: connection.events,
            lookUp: lookUp
        )
    }

    /// The registry as it is dialled now.
    var origin: Origin { place.origin }

    /// The policy for URLs that the registry names.
    var policy: URLPolicy { place.policy }

    /// Makes a request below the repository, `/v2/<name>/…`, or the registry, `/v2/…`.
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
                // Not a token service, nor where a redirect leads to: the registry itself.
                guard error.speakerOfPlainHTTP == origin, place.fallBack(from: origin, events) else {
                    throw error
                }
            }
        }
    }

    /// Makes a request to any URL that has passed the policy, with credentials if it is the registry's own.
    ///
    /// A refusal is answered as the ``Authenticator`` knows how to, each way once; the body is sent again from its
    /// start. What is refused then is the registry's last word.
    func send(_ request: Request, into sink: (any ResponseSink)? = nil) async throws(RequestFailure) -> Answer
    {
        // The length that a HEAD is answered with is that of a body which does not come.
        let limit = request.method == .head ? Int.max : 64 * 1024
        let sink = AnswerSink(sink ?? BodyBuffer(limit: limit))
        var authorization =
            policy.mayAuthorize(request.url) ? try await authenticator.authorization(policy: policy) : nil
        var tried: Set<Authenticator.Remedy> = []
        while true {
            let answer = try await follow(request, authorization: authorization, into: sink)
            guard let refusal = refusal(in: answer, to: authorization),
                let next = try await authenticator.next(
                    after: refusal,
                    tried: tried,
                    policy: policy,
                    ping: { [self] () async throws(RequestFailure) in try await ping() }
                )
            else { return answer }
            tried.insert(next.remedy)
            authorization = next.authorization
        }
    }

    /// What the authenticator has to know of an answer; `nil` when it is none of its business.
    private func refusal(in answer: Answer, to authorization: String?) -> Authenticator.Refusal? {
        guard answer.status == 401 || answer.status == 403, policy.mayAuthorize(answer.url) else {
            return nil
        }
        return Authenticator.Refusal(
            status: answer.status,
            challenges: answer.challenges,
            sent: authorization,
            url: answer.url
        )
    }

    /// Makes a request once more by GET, with what is sent along now.
    func readAgain(_ request: Request) async throws(RequestFailure) -> Answer {
        var request = request
        request.method = .get
        return try await sendOnce(request)
    }

    /// Makes a request with what is sent along now, and takes whatever is answered.
    func sendOnce(_ request: Request) async throws(RequestFailure) -> Answer {
        let authorization =
            policy.mayAuthorize(request.url) ? try await authenticator.authorization(policy: policy) : nil
        return try await follow(
            request,
            authorization: authorization,
            into: AnswerSink(BodyBuffer(limit: 64 * 1024))
        )
    }

    /// Asks for `/v2/`: some registries say only there how to sign in.
    private func ping() async throws(RequestFailure) -> Authenticator.Refusal? {
        let request = Request(method: .get, url: try parse("\(origin)/v2/"))
        let answer = try await follow(
            request,
            authorization: nil,
            into: AnswerSink(BodyBuffer(limit: 64 * 1024))
        )
        return answer.status == 401 ? refusal(in: answer, to: nil) : nil
    }

    /// The credential in use; `nil` as long as the registry has not asked for one.
    func usedCredential() async -> Credential? { await authenticator.usedCredential }

    /// Makes a request and follows redirects; each hop is judged, and makes its own exchange.
    private func follow(
        _ first: Request,
        authorization: String?,
        into sink: AnswerSink
    ) async throws(RequestFailure) -> Answer {
        var request = first
        var authorization = authorization
        for _ in 0...Self.redirectLimit {
            // Bound to the origin: another host, port or scheme never sees it, nor does what such a one leads back to.
            if !policy.mayAuthorize(request.url) { authorization = nil }
            let response: Response
            do throws(TransferError) {
                response = try await connection.transport.send(prepared(request, authorization), into: sink)
            } catch {
                throw failure(error, of: request)
            }
            place.answered(request.url.origin)
            events.record(.detail("\(request.method.rawValue) \(request.url.redacted) → \(response.status)"))
            if policy.mayAuthorize(request.url) { await warn(response, authorization) }
            guard let target = response.redirectTarget(for: request.method) else {
                return Answer(
                    request: request,
                    response: response,
                    refusal: await words(response, sink.explanation, authorization)
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

    /// A request as it goes out: with what is sent along, and dialling only what the policy allows.
    private func prepared(_ request: Request, _ authorization: String?) -> Request {
        var request = request
        let policy = policy
        request.acceptsAddress = { [place, url = request.url] address in
            if policy.mayAuthorize(url) { place.recordAddress(at: address) }
            return policy.mayDial(address, for: url)
        }
        if let authorization { request.headers.add("Authorization", authorization) }
        return request
    }

    /// The failure for an exchange that came to no answer.
    private func failure(_ error: TransferError, of request: Request) -> RequestFailure {
        events.record(
            .detail("\(request.method.rawValue) \(request.url.redacted) → \(error.kind.rawValue)")
        )
        var failure = RequestFailure(error, to: request.url)
        if RetryPolicy.mayComeBack(error.kind), place.hasAnswered(request.url.origin) {
            failure.isTemporary = true
        }
        return failure
    }

    /// Hands on what the registry itself says besides, without what nobody may see.
    private func warn(_ response: Response, _ authorization: String?) async {
        let texts = connection.warnings.new(in: response)
        guard !texts.isEmpty else { return }
        let secrets = await secrets(sentWith: authorization)
        for text in texts where !secrets.contains(where: text.contains) {
            events.record(.warning("\(endpoint.registry) says: \(text)"))
        }
    }

    /// What a refusal says, without what nobody may see.
    private func words(
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

    /// Takes a URL that the registry named, relative or not, through the policy; without a base it is relative to the
    /// registry.
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
                    "\(endpoint.registry) names no address as \(role.rawValue)",
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
            throw RequestFailure(Failure(.referenceInvalid, "\"\(text)\" is no address", why: error.detail))
        }
    }
}
