import Diagnostics
import HTTPTransport
import OCI

/// Creates `Authorization` values from the challenges of one registry, and caches them.
///
/// Concurrent requests for a token share one request to the token service (distribution's token
/// specification).
actor Authenticator {
    /// Finds the credential for the registry.
    typealias LookUp = @Sendable () async throws(Failure) -> CredentialLookup

    /// A rejected request, with the parts that authentication needs.
    struct Rejection: Sendable {
        let status: Int
        let challenges: [AuthChallenge]
        /// The value of `Authorization` in the request.
        let sent: String?
        /// The URL of the request, which is the base of a relative realm.
        let url: HTTPURL
    }

    /// A way to continue after a rejection; each is used at most once per request.
    enum Remedy: Sendable {
        /// The first authorization, or a new token for an expired one.
        case renewed
        /// A token with the scope that the registry requires in addition.
        case widened
        /// An anonymous token after the credential was rejected.
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
    /// The scope that this client needs, and the scopes that challenges have requested.
    var scope: Scope
    var current: Authorization?
    /// Whether the credential was rejected and reading continues anonymously.
    var fellBackToAnonymous = false
    var services: [TokenRealm: TokenService] = [:]
    let lookups = SingleFlight<RegistryName, CredentialLookup>()
    private let pings = SingleFlight<Origin, SignInMethod?>()
    let fetches = SingleFlight<Authorization.Key, Authorization?>()
    /// The failures that another request to the token service would not change.
    var rejections: [Authorization.Key: RequestFailure] = [:]

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

    /// The credential in use; `nil` before the first challenge, and after the fallback to anonymous access.
    var usedCredential: Credential? { fellBackToAnonymous ? nil : lookup?.credential }

    /// The new identity token to store, if a token service replaced the one it received.
    var replacedCredential: Credential? {
        get async {
            for service in services.values {
                if let replacement = await service.replacement { return replacement }
            }
            return nil
        }
    }

    /// Whether a token service was asked, and has given no token.
    var lacksToken: Bool { !services.isEmpty && current == nil }

    /// Whether requests carry an authorization.
    var isSignedIn: Bool { current != nil }

    /// The secrets that no message may contain, even if a server repeats them.
    var secrets: [String] {
        (lookup?.credential?.secrets ?? []) + [current?.token?.text].compactMap(\.self)
    }

    /// Returns the context for messages about authentication.
    func authContext() async throws(RequestFailure) -> AuthContext {
        AuthContext(
            registry: registry,
            lookup: try await credential(),
            fellBackToAnonymous: fellBackToAnonymous,
            scope: services.isEmpty ? nil : scope,
            granted: current?.token?.granted(of: scope)
        )
    }

    // MARK: Before a request, and after a rejection

    /// Returns the authorization for the next request; `nil` before the first challenge.
    ///
    /// Renews a token that is about to expire.
    func authorization(policy: URLPolicy) async throws(RequestFailure) -> String? {
        guard let current, let key = current.key, !current.isFresh else { return current?.value }
        return try await value(
            key.method,
            isAnonymous: key.isAnonymous,
            rejected: current.value,
            policy: policy
        )
    }

    /// Returns the authorization for another attempt, and its remedy; `nil` if the rejection is final.
    ///
    /// - Parameters:
    ///   - rejection: the rejected request.
    ///   - tried: the remedies that this request has already used.
    ///   - policy: the policy for the URL of the token service.
    ///   - ping: requests `/v2/`, whose challenge is used if the rejected request has none that is supported.
    /// - Returns: the remedy, and the value of `Authorization` for the next attempt.
    /// - Throws: the failure of the credential lookup or of the token request.
    func next(
        after rejection: Rejection,
        tried: Set<Remedy>,
        policy: URLPolicy,
        ping: @escaping @Sendable () async throws(RequestFailure) -> Rejection?
    ) async throws(RequestFailure) -> (remedy: Remedy, authorization: String)? {
        let challenge = rejection.challenges.preferred
        let named = challenge?.parameters["scope"].map(withoutSecrets)
        let misses = challenge?.asksForMore == true ? named : nil
        // A 403 that names no missing scope is about the user's permissions, so only another authorization can help.
        guard rejection.status == 401 || misses != nil || rejection.sent != nil else { return nil }
        if rejection.status == 401, tried.isEmpty, let token = try await registryToken(),
            token.value != rejection.sent
        {
            current = token
            return (.renewed, token.value)
        }
        guard let method = try await method(for: rejection, policy: policy, ping: ping) else { return nil }
        if rejection.status == 401 || misses != nil {
            let wanted = misses.map(scope.widened) ?? scope.adding(named)
            // Another request may have requested the same scope meanwhile, or may still wait for it.
            let isWider =
                misses != nil
                && (wanted != scope || current?.value != rejection.sent || current?.lacks(wanted) == true)
            if isWider ? !tried.contains(.widened) : tried.isEmpty {
                if case .bearer = method { scope = wanted }
                let value = try await value(method, rejected: rejection.sent, policy: policy)
                if let value, value != rejection.sent { return (isWider ? .widened : .renewed, value) }
            }
        }
        guard !tried.contains(.withoutCredential),
            let value = try await valueWithoutCredential(method, rejected: rejection.sent, policy: policy)
        else { return nil }
        return (.withoutCredential, value)
    }

    /// Removes scopes that contain a secret, because scopes are sent and shown.
    private func withoutSecrets(_ scopes: String) -> String {
        let secrets = secrets.filter { !$0.isEmpty }
        return scopes.split(separator: " ").filter { scope in !secrets.contains { scope.contains($0) } }
            .joined(separator: " ")
    }

    /// Returns the method that a rejection names, else the known method, else the method that `/v2/` names.
    private func method(
        for rejection: Rejection,
        policy: URLPolicy,
        ping: @escaping @Sendable () async throws(RequestFailure) -> Rejection?
    ) async throws(RequestFailure) -> SignInMethod? {
        if let named = try read(rejection, policy) {
            method = named
        } else if method == nil, rejection.status == 401, !hasPinged {
            method = try await pings.value(for: policy.registry) { [self] () async throws(RequestFailure) in
                try await read(ping(), policy)
            }
            hasPinged = true
        }
        return method
    }

    private func read(_ rejection: Rejection?, _ policy: URLPolicy) throws(RequestFailure) -> SignInMethod? {
        guard let rejection, let challenge = rejection.challenges.preferred else { return nil }
        return try RequestFailure.rethrowing { () throws(Failure) in
            try SignInMethod(challenge, of: registry, at: rejection.url, policy: policy)
        }
    }
}
