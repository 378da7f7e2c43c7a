import Diagnostics
import HTTPTransport
import OCI
import Synchronization

/// Makes requests to one repository of one registry: finds the scheme, answers challenges, follows redirects.
final class RegistryClient: Sendable {
    /// What a registry answered, and which URL it was in the end.
    struct Answer: Sendable {
        let method: HTTPMethod
        let response: Response
        let url: HTTPURL
        /// The registry's words, if it is a refusal.
        let refusal: RegistryErrorBody

        var status: Int { response.status }

        var challenges: [AuthChallenge] { AuthChallenge.all(in: response.headers.all("WWW-Authenticate")) }
    }

    /// How many redirects are followed.
    private static let redirectLimit = 10

    let endpoint: RegistryEndpoint
    let repository: RepositoryName
    let retryPolicy: RetryPolicy
    let events: any EventSink
    private let transport: any Transport
    let authenticator: Authenticator
    /// Which of the endpoint's origins is in use.
    private let originPosition = Mutex(0)
    /// Where the registry was reached, in numbers.
    private let address = Mutex<String?>(nil)

    init(
        _ endpoint: RegistryEndpoint,
        _ repository: RepositoryName,
        access: Access,
        transport: any Transport,
        credentials: any CredentialStore,
        retryPolicy: RetryPolicy,
        events: any EventSink
    ) {
        self.endpoint = endpoint
        self.repository = repository
        self.transport = transport
        self.retryPolicy = retryPolicy
        self.events = events
        authenticator = Authenticator(
            endpoint.registry,
            repository,
            access: access,
            transport: transport,
            store: credentials,
            events: events
        )
    }

    /// The registry as it is dialled now.
    var origin: Origin { endpoint.origins[originPosition.withLock { $0 }] }

    /// The policy for URLs that the registry names.
    var policy: URLPolicy { URLPolicy(registry: origin, address: address.withLock { $0 }) }

    /// Makes a request below the repository: `/v2/<name>/…`.
    func send(
        _ method: HTTPMethod,
        _ path: String,
        headers: HeaderFields = [:],
        body: Body = .none,
        into sink: (any ResponseSink)? = nil
    ) async throws(RequestFailure) -> Answer {
        while true {
            let origin = origin
            let url = try parse("\(origin)/v2/\(repository)/\(path)")
            let request = Request(method: method, url: url, headers: headers, body: body)
            do throws(RequestFailure) {
                return try await send(request, into: sink)
            } catch {
                // Not a token service, nor where a redirect leads to: the registry itself.
                guard error.speakerOfPlainHTTP == origin, fallBack(from: origin) else { throw error }
            }
        }
    }

    /// Makes a request to any URL that has passed the policy, with credentials if it is the registry's own.
    ///
    /// A 401 is answered once, be it that nothing was sent along or that a token has run out; the body is sent again
    /// from its start. A second 401 is the registry's last word.
    func send(_ request: Request, into sink: (any ResponseSink)? = nil) async throws(RequestFailure) -> Answer
    {
        // The length that a HEAD is answered with is that of a body which does not come.
        let limit = request.method == .head ? Int.max : 64 * 1024
        let sink = AnswerSink(sink ?? BodyBuffer(limit: limit))
        let authorization =
            policy.mayAuthorize(request.url) ? try await authenticator.authorization(policy: policy) : nil
        let answer = try await follow(request, authorization: authorization, into: sink)
        guard answer.status == 401, policy.mayAuthorize(answer.url) else { return answer }
        let renewed = try await authenticator.answer(
            answer.challenges,
            refused: authorization,
            policy: policy
        )
        guard let renewed, renewed != authorization else { return answer }
        return try await follow(request, authorization: renewed, into: sink)
    }

    /// The credential in use; `nil` as long as the registry has not asked for one.
    func usedCredential() async -> Credential? { await authenticator.usedCredential }

    private func follow(
        _ first: Request,
        authorization: String?,
        into sink: AnswerSink
    ) async throws(RequestFailure) -> Answer {
        var request = first
        var authorization = authorization
        for _ in 0...Self.redirectLimit {
            var sent = request
            // Bound to the origin: another host, port or scheme never sees it, nor does what such a one leads back to.
            if !policy.mayAuthorize(request.url) { authorization = nil }
            if let authorization { sent.headers.add("Authorization", authorization) }
            let response = try await exchange(sent, into: sink)
            guard let target = response.redirectTarget(for: request.method) else {
                let refusal = RegistryErrorBody(response.isSuccess ? [] : sink.explanation)
                return Answer(method: request.method, response: response, url: request.url, refusal: refusal)
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

    private func exchange(_ request: Request, into sink: AnswerSink) async throws(RequestFailure) -> Response
    {
        var request = request
        let policy = policy
        request.acceptsAddress = { [self, url = request.url] address in
            if policy.mayAuthorize(url) { reached(address) }
            return policy.mayDial(address, for: url)
        }
        do throws(TransferError) {
            let response = try await transport.send(request, into: sink)
            events.record(.detail("\(request.method.rawValue) \(request.url.redacted) → \(response.status)"))
            return response
        } catch {
            events.record(
                .detail("\(request.method.rawValue) \(request.url.redacted) → \(error.kind.rawValue)")
            )
            throw RequestFailure(error, to: request.url)
        }
    }

    /// Keeps where the registry is; one that was public once stays so, whatever its name stands for later.
    private func reached(_ address: String) {
        self.address.withLock { known in
            guard known == nil || !IPAddress.isPrivate(host: address) else { return }
            known = address
        }
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

    /// Goes on to the next origin, if there is one and nobody has done so yet.
    private func fallBack(from used: Origin) -> Bool {
        let next = originPosition.withLock { position -> Origin? in
            guard endpoint.origins[position] == used else { return endpoint.origins[position] }
            guard position + 1 < endpoint.origins.count else { return nil }
            position += 1
            events.record(.note("\(endpoint.registry) speaks plain HTTP, which is fine on this machine only"))
            return endpoint.origins[position]
        }
        return next != nil
    }
}

extension Response {
    var isSuccess: Bool { (200..<300).contains(status) }

    /// Where to go instead; only a GET or HEAD goes anywhere, and everything else only when the method stays (307, 308).
    fileprivate func redirectTarget(for method: HTTPMethod) -> String? {
        switch status {
        case 301, 302, 303: method == .get || method == .head ? headers["Location"] : nil
        case 307, 308: headers["Location"]
        default: nil
        }
    }
}
