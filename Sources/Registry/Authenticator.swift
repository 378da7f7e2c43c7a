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
    private let lookUp: LookUp

    private var lookup: CredentialLookup?
    private var method: SignInMethod?
    private var hasPinged = false
    /// What is needed, and what challenges have asked for besides.
    private var scope: Scope
    private var current: Authorization?
    /// Whether the credential was refused, and reading goes on without it.
    private(set) var goesWithout = false
    private var services: [TokenRealm: TokenService] = [:]
    private let lookups = SharedWork<RegistryName, CredentialLookup>()
    private let pings = SharedWork<Origin, SignInMethod?>()
    private let fetches = SharedWork<Authorization.Key, Authorization?>()

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
        let misses = challenge.flatMap { $0.asksForMore ? $0.parameters["scope"] : nil }
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
            let wanted = misses.map(scope.widened) ?? scope.adding(challenge?.parameters["scope"])
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

    // MARK: Credentials

    /// What a look for the credential gave; made once.
    private func credential() async throws(RequestFailure) -> CredentialLookup {
        if let lookup { return lookup }
        return try await lookups.value(for: registry) { [self] () async throws(RequestFailure) in
            do throws(Failure) {
                let found = try await lookUp()
                await keep(found)
                return found
            } catch {
                throw RequestFailure(error)
            }
        }
    }

    private func keep(_ found: CredentialLookup) {
        lookup = found
        for warning in found.warnings { events.record(.warning(warning)) }
        events.record(
            .detail("credentials: \(found.credential?.description ?? "none, going on anonymously")")
        )
    }

    private func registryToken() async throws(RequestFailure) -> Authorization? {
        guard !goesWithout, let credential = try await credential().credential else { return nil }
        let value = try RequestFailure.rethrowing { () throws(Failure) in
            try credential.registryTokenAuthorization()
        }
        return value.map { Authorization(value: $0, key: nil, token: nil) }
    }

    /// Whether reading may go on without the credential: not if it was given for just this.
    private func isDispensable(_ lookup: CredentialLookup) -> Bool {
        access == .pull && lookup.credential != nil && !lookup.isGiven
    }

    private func giveUpCredential(_ lookup: CredentialLookup) {
        guard !goesWithout, let credential = lookup.credential else { return }
        goesWithout = true
        events.record(
            .warning(
                "\(registry) refuses \(credential); going on without credentials "
                    + "(\"wasmpack login \(registry)\" replaces them)"
            )
        )
    }

    // MARK: Values

    private func value(
        _ method: SignInMethod,
        isAnonymous: Bool = false,
        refused: String?,
        policy: URLPolicy
    ) async throws(RequestFailure) -> String? {
        let key = Authorization.Key(method: method, scope: scope, isAnonymous: isAnonymous || goesWithout)
        // Someone else was refused with the same value and has a new one already.
        if let current, current.key == key, current.value != refused, current.isFresh { return current.value }
        return try await fetches.value(for: key) { [self] () async throws(RequestFailure) in
            try await fetch(key, policy)
        }?.value
    }

    /// The value of a token that everybody gets; `nil` when that cannot be another outcome.
    private func valueWithoutCredential(
        _ method: SignInMethod,
        refused: String?,
        policy: URLPolicy
    ) async throws(RequestFailure) -> String? {
        guard case .bearer = method, let refused else { return nil }
        let lookup = try await credential()
        guard isDispensable(lookup), !(goesWithout && current?.value == refused) else { return nil }
        do throws(RequestFailure) {
            let value = try await value(method, isAnonymous: true, refused: refused, policy: policy)
            guard let value, value != refused else { return nil }
            giveUpCredential(lookup)
            return value
        } catch {
            // What the credential was refused with says more.
            guard error.mayPass else { return nil }
            throw error
        }
    }

    /// Makes a value; `nil` for Basic without a credential.
    private func fetch(_ key: Authorization.Key, _ policy: URLPolicy) async throws(RequestFailure)
        -> Authorization?
    {
        let lookup = try await credential()
        let credential = key.isAnonymous ? nil : lookup.credential
        let made: Authorization?
        switch key.method {
        case .basic:
            if let credential, case .identityToken = credential.secret {
                throw RequestFailure(
                    Failure(
                        .authenticationRejected,
                        "\(registry) has no use for \(credential)",
                        why: "it wants a user name and a password, not an identity token",
                        try: ["wasmpack login \(registry)"]
                    )
                )
            }
            let value = try RequestFailure.rethrowing { () throws(Failure) in
                try credential?.basicAuthorization()
            }
            made = value.map { Authorization(value: $0, key: key, token: nil) }
        case .bearer(let realm):
            // A registry token is no password: there is nothing to exchange.
            if case .registryToken? = credential?.secret { return nil }
            made = try await token(of: realm, key, lookup, policy)
        }
        if let made { current = made }
        return made
    }

    private func token(
        of realm: TokenRealm,
        _ key: Authorization.Key,
        _ lookup: CredentialLookup,
        _ policy: URLPolicy
    ) async throws(RequestFailure) -> Authorization {
        let service =
            services[realm] ?? TokenService(realm, of: registry, transport: transport, events: events)
        services[realm] = service
        let credential = key.isAnonymous ? nil : lookup.credential
        do throws(RequestFailure) {
            let token = try await service.token(for: key.scope, credential, lookup, policy: policy)
            return Authorization(value: "Bearer \(token.text)", key: key, token: token)
        } catch {
            guard credential != nil, error.failure.code == .authenticationRejected, isDispensable(lookup)
            else { throw error }
            let anonymous = Authorization.Key(method: key.method, scope: key.scope, isAnonymous: true)
            do throws(RequestFailure) {
                let token = try await service.token(for: key.scope, nil, lookup, policy: policy)
                giveUpCredential(lookup)
                return Authorization(value: "Bearer \(token.text)", key: anonymous, token: token)
            } catch let second {
                throw second.mayPass ? second : error
            }
        }
    }
}

extension RequestFailure {
    /// Whether it says nothing about what was asked: it may be another one next time, or nobody waits any more.
    fileprivate var mayPass: Bool { isTemporary || failure.code == .interrupted }
}
