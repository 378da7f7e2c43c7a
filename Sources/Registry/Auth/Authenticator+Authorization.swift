import Diagnostics
import OCI

/// Functions that create a value of `Authorization`; concurrent callers share one request.
extension Authenticator {
    func value(
        _ method: SignInMethod,
        isAnonymous: Bool = false,
        rejected: String?,
        policy: URLPolicy
    ) async throws(RequestFailure) -> String? {
        let key = Authorization.Key(
            method: method,
            scope: scope,
            isAnonymous: isAnonymous || fellBackToAnonymous
        )
        // Another request was rejected with the same value and has already replaced it.
        if let current, current.key == key, current.value != rejected, current.isFresh {
            return current.value
        }
        // A wrong password is sent to a token service once, though requests that were sent together are rejected one
        // after the other.
        if let rejection = rejections[key] { throw rejection }
        return try await fetches.value(for: key) { [self] () async throws(RequestFailure) in
            do throws(RequestFailure) {
                return try await fetch(key, policy)
            } catch {
                if !error.isTransient { await reject(key, error) }
                throw error
            }
        }?.value
    }

    private func reject(_ key: Authorization.Key, _ error: RequestFailure) { rejections[key] = error }

    /// Returns the value for an anonymous token; `nil` if an anonymous token would not change the result.
    func valueWithoutCredential(
        _ method: SignInMethod,
        rejected: String?,
        policy: URLPolicy
    ) async throws(RequestFailure) -> String? {
        guard case .bearer = method, let rejected else { return nil }
        let lookup = try await credential()
        guard allowsAnonymousFallback(lookup), !(fellBackToAnonymous && current?.value == rejected) else {
            return nil
        }
        do throws(RequestFailure) {
            let value = try await value(method, isAnonymous: true, rejected: rejected, policy: policy)
            guard let value, value != rejected else { return nil }
            fallBackToAnonymous(lookup)
            return value
        } catch {
            // The rejection of the credential is more useful to the user.
            guard error.isTransient else { return nil }
            throw error
        }
    }

    /// Creates a value; returns `nil` for Basic without a credential.
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
                        "\(registry) does not accept \(credential)",
                        why: "it requires a user name and a password, not an identity token",
                        try: [(lookup.advice ?? .usual(registry)).steps.first ?? "wasmpack login \(registry)"]
                    )
                )
            }
            let value = try RequestFailure.rethrowing { () throws(Failure) in
                try credential?.basicAuthorization()
            }
            made = value.map { Authorization(value: $0, key: key, token: nil) }
        case .bearer(let realm):
            // A token service cannot exchange a registry token.
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
            services[realm]
            ?? TokenService(
                realm,
                of: registry,
                transport: transport,
                multiplexes: access == .pull,
                events: events
            )
        services[realm] = service
        let credential = key.isAnonymous ? nil : lookup.credential
        do throws(RequestFailure) {
            let token = try await service.token(for: key.scope, credential, lookup, policy: policy)
            return Authorization(value: "Bearer \(token.text)", key: key, token: token)
        } catch {
            guard credential != nil, error.failure.code == .authenticationRejected,
                allowsAnonymousFallback(lookup)
            else { throw error }
            let anonymous = Authorization.Key(method: key.method, scope: key.scope, isAnonymous: true)
            do throws(RequestFailure) {
                let token = try await service.token(for: key.scope, nil, lookup, policy: policy)
                fallBackToAnonymous(lookup)
                return Authorization(value: "Bearer \(token.text)", key: anonymous, token: token)
            } catch let second {
                throw second.isTransient ? second : error
            }
        }
    }
}

extension RequestFailure {
    /// Whether the failure is independent of the request: it is temporary, or the task was canceled.
    fileprivate var isTransient: Bool { isTemporary || failure.code == .interrupted }
}
