import Diagnostics
import HTTPTransport
import OCI

/// Turns refusals of one registry into `Authorization` values, and remembers them.
///
/// However many requests need a token at the same time, one request fetches it (distribution's token specification).
actor Authenticator {
    /// Finds the credential for the registry.
    typealias LookUp = @Sendable () async throws(Failure) -> CredentialLookup

    /// A request that was refused, as far as it matters here.
    struct Refusal: Sendable {
        let status: Int
        let challenges: [AuthChallenge]
        /// The value of `Authorization` that the request had brought.
        let sent: String?
        /// What was asked; a relative realm is relative to it.
        let url: HTTPURL
    }

    /// What can be done about a refusal: for one request, each at most once.
    enum Remedy: Sendable {
        /// Signing in, or a new token in place of one that has run out.
        case renewed
        /// A token for the scope that the registry misses.
        case widened
        /// A token without the credential, which was refused.
        case withoutCredential
    }

    let registry: RegistryName
    let access: Access
    let transport: any Transport
    let events: any EventSink
    let lookUp: LookUp

    var lookup: CredentialLookup?
    private var method: SignInMethod?
    private var hasPinged = false
    /// What is needed, and what challenges have asked for besides.
    var scope: Scope
    var current: Authorization?
    /// Whether the credential was refused, and reading goes on without it.
    var goesWithout = false
    var services: [TokenRealm: TokenService] = [:]
    let lookups = SharedWork<RegistryName, CredentialLookup>()
    private let pings = SharedWork<Origin, SignInMethod?>()
    let fetches = SharedWork<Authorization.Key, Authorization?>()

    init(
        _ registry: RegistryName,
        _ access: Access,
        scope: Scope,
        transport: any Transport,
        events: any EventSink,
        lookUp: @escaping LookUp
    ) {
        self.registry = registry
        self.access = access
        self.scope = scope
        self.transport = transport
        self.events = events
        self.lookUp = lookUp
    }

    // MARK: For messages

    /// The credential in use; `nil` as long as nobody has asked for one, and when it was refused and given up.
    var usedCredential: Credential? { goesWithout ? nil : lookup?.credential }

    /// What a token service gave in place of the identity token that it was shown, if it did: the token to keep.
    var replacedCredential: Credential? {
        get async {
            for service in services.values {
                if let replacement = await service.replacement { return replacement }
            }
            return nil
        }
    }

    /// Whether there is anything to send along.
    var isSignedIn: Bool { current != nil }

    /// What must not be shown, whoever repeats it.
    var secrets: [String] {
        (lookup?.credential?.secrets ?? []) + [current?.token?.text].compactMap(\.self)
    }

    /// Who asks, and for what.
    func standing() async throws(RequestFailure) -> Standing {
        Standing(
            registry: registry,
            lookup: try await credential(),
            goesWithout: goesWithout,
            scope: services.isEmpty ? nil : scope,
            granted: current?.token?.granted(of: scope)
        )
    }

    // MARK: Before a request, and after a refusal

    /// What to send along with the next request; `nil` as long as nobody has asked for anything.
    ///
    /// A token near its end is renewed first.
    func authorization(policy: URLPolicy) async throws(RequestFailure) -> String? {
        guard let current, let key = current.key, !current.isFresh else { return current?.value }
        return try await value(
            key.method,
            isAnonymous: key.isAnonymous,
            refused: current.value,
            policy: policy
        )
    }

    /// What to send along instead, and which remedy that is; `nil` when the refusal is the last word.
    ///
    /// - Parameters:
    ///   - refusal: the request that was refused.
    ///   - tried: the remedies that this request has had.
    ///   - policy: judges the token service.
    ///   - ping: asks the registry for `/v2/`, whose challenge helps when the request's own cannot be answered.
    /// - Returns: the remedy, and the value of `Authorization` for the next try.
    /// - Throws: what looking for credentials or fetching a token fails with.
    func next(
        after refusal: Refusal,
        tried: Set<Remedy>,
        policy: URLPolicy,
        ping: @escaping @Sendable () async throws(RequestFailure) -> Refusal?
    ) async throws(RequestFailure) -> (remedy: Remedy, authorization: String)? {
        let challenge = refusal.challenges.preferred
        let named = challenge?.parameters["scope"].map(withoutSecrets)
        let misses = challenge?.asksForMore == true ? named : nil
        // A 403 is about who asks: only another one can be told something else.
        guard refusal.status == 401 || misses != nil || refusal.sent != nil else { return nil }
        if refusal.status == 401, tried.isEmpty, let token = try await registryToken(),
            token.value != refusal.sent
        {
            current = token
            return (.renewed, token.value)
        }
        guard let method = try await method(for: refusal, policy: policy, ping: ping) else { return nil }
        if refusal.status == 401 || misses != nil {
            let wanted = misses.map(scope.widened) ?? scope.adding(named)
            // Or another request has asked for it meanwhile.
            let isWider = misses != nil && (wanted != scope || current?.value != refusal.sent)
            if isWider ? !tried.contains(.widened) : tried.isEmpty {
                if case .bearer = method { scope = wanted }
                let value = try await value(method, refused: refusal.sent, policy: policy)
                if let value, value != refusal.sent { return (isWider ? .widened : .renewed, value) }
            }
        }
        guard !tried.contains(.withoutCredential),
            let value = try await valueWithoutCredential(method, refused: refusal.sent, policy: policy)
        else { return nil }
        return (.withoutCredential, value)
    }

    /// The scopes that a challenge names, but for those that repeat a secret: they would be asked for, and shown.
    private func withoutSecrets(_ scopes: String) -> String {
        let secrets = secrets.filter { !$0.isEmpty }
        return scopes.split(separator: " ").filter { scope in !secrets.contains { scope.contains($0) } }
            .joined(separator: " ")
    }

    /// The way in that a refusal names, else the one known before, else the one that `/v2/` names.
    private func method(
        for refusal: Refusal,
        policy: URLPolicy,
        ping: @escaping @Sendable () async throws(RequestFailure) -> Refusal?
    ) async throws(RequestFailure) -> SignInMethod? {
        if let named = try read(refusal, policy) {
            method = named
        } else if method == nil, refusal.status == 401, !hasPinged {
            method = try await pings.value(for: policy.registry) { [self] () async throws(RequestFailure) in
                try await read(ping(), policy)
            }
            hasPinged = true
        }
        return method
    }

    private func read(_ refusal: Refusal?, _ policy: URLPolicy) throws(RequestFailure) -> SignInMethod? {
        guard let refusal, let challenge = refusal.challenges.preferred else { return nil }
        return try RequestFailure.rethrowing { () throws(Failure) in
            try SignInMethod(challenge, of: registry, at: refusal.url, policy: policy)
        }
    }
}
