import Diagnostics
import HTTPTransport
import OCI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Turns challenges of one registry into `Authorization` values, and remembers them.
///
/// However many requests need a token at the same time, one request fetches it (distribution's token specification).
actor Authenticator {
    /// Finds the credential for the registry.
    typealias LookUp = @Sendable () async throws(Failure) -> CredentialLookup

    private let registry: RegistryName
    /// What is needed, whatever a challenge asks for.
    private let need: Scope
    private let transport: any Transport
    private let lookUp: LookUp
    private let events: any EventSink

    private var lookup: CredentialLookup?
    private var current: Authorization?
    private var challenge: AuthChallenge?
    private var renewal: Task<Result<Authorization?, RequestFailure>, Never>?
    /// The scopes last asked for, for messages.
    private(set) var scope: Scope?

    /// A value of the `Authorization` field, and the token in it, if it is one.
    private struct Authorization: Sendable {
        let value: String
        let token: BearerToken?

        var isFresh: Bool { token?.isFresh ?? true }
    }

    init(
        _ registry: RegistryName,
        for need: Scope,
        transport: any Transport,
        events: any EventSink,
        lookUp: @escaping LookUp
    ) {
        self.registry = registry
        self.need = need
        self.transport = transport
        self.events = events
        self.lookUp = lookUp
    }

    /// The credential in use; `nil` as long as nobody has asked for one.
    var usedCredential: Credential? { lookup?.credential }

    /// Whether there is anything to send along.
    var isSignedIn: Bool { current != nil }

    /// What to send along with the next request; `nil` as long as nobody has asked for anything.
    ///
    /// A token near its end is renewed first.
    func authorization(policy: URLPolicy) async throws(RequestFailure) -> String? {
        guard let current, let challenge, !current.isFresh else { return current?.value }
        return try await renewed(refused: current.value, challenge, policy: policy)
    }

    /// Answers challenges; `nil` when there is no way to.
    ///
    /// Refused is what was sent along with the request that was challenged.
    func answer(
        _ challenges: [AuthChallenge],
        refused: String?,
        policy: URLPolicy
    ) async throws(RequestFailure) -> String? {
        guard let preferred = challenges.preferred else { return nil }
        challenge = preferred
        return try await renewed(refused: refused, preferred, policy: policy)
    }

    /// What a look for the credential gave; made once.
    func credential() async throws(RequestFailure) -> CredentialLookup {
        if let lookup { return lookup }
        do throws(Failure) {
            let found = try await lookUp()
            lookup = found
            for warning in found.warnings { events.record(.warning(warning)) }
            events.record(
                .detail("credentials: \(found.credential?.description ?? "none, going on anonymously")")
            )
            return found
        } catch {
            throw RequestFailure(error)
        }
    }

    private func renewed(
        refused: String?,
        _ challenge: AuthChallenge,
        policy: URLPolicy
    ) async throws(RequestFailure) -> String? {
        // Someone else was challenged with the same value and has a new one already.
        if let current, current.value != refused, current.isFresh { return current.value }
        while true {
            do throws(RequestFailure) {
                return try await sharedRenewal(challenge, policy: policy)?.value
            } catch {
                // Who began it was cancelled, which is no reason for the others to stop.
                guard error.failure.code == .interrupted, !Task.isCancelled else { throw error }
            }
        }
    }

    private func sharedRenewal(
        _ challenge: AuthChallenge,
        policy: URLPolicy
    ) async throws(RequestFailure) -> Authorization? {
        if let renewal { return try await renewal.value.get() }
        let task = Task {
            let result = await self.result(challenge, policy: policy)
            // Before anyone who waits goes on: a refusal of the new value must not find the old state.
            renewal = nil
            if case .success(let authorization?) = result { current = authorization }
            return result
        }
        renewal = task
        let result = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        return try result.get()
    }

    private func result(
        _ challenge: AuthChallenge,
        policy: URLPolicy
    ) async -> Result<Authorization?, RequestFailure> {
        do throws(RequestFailure) {
            return .success(try await fetch(challenge, policy: policy))
        } catch {
            return .failure(error)
        }
    }

    /// Makes an answer to a challenge; `nil` for Basic without a credential.
    private func fetch(_ challenge: AuthChallenge, policy: URLPolicy) async throws(RequestFailure)
        -> Authorization?
    {
        let lookup = try await credential()
        guard challenge.scheme == "bearer" else {
            return lookup.credential?.basicAuthorization.map { Authorization(value: $0, token: nil) }
        }
        let scope = need.adding(challenge.parameters["scope"])
        self.scope = scope
        let service = TokenService(transport: transport, policy: policy, registry: registry, events: events)
        let token = try await service.token(challenge, scope: scope, lookup: lookup)
        return Authorization(value: "Bearer \(token.text)", token: token)
    }

    /// How to give credentials, for messages.
    static let remedies = [
        "--username NAME --password-stdin",
        "or WASMPACK_USERNAME and WASMPACK_PASSWORD, or docker's config.json",
    ]
}

extension Credential {
    /// The value of `Authorization` for the Basic scheme (RFC 7617), if there is a password.
    var basicAuthorization: String? {
        guard let username, let password else { return nil }
        return "Basic " + Data("\(username):\(password)".utf8).base64EncodedString()
    }
}

extension [AuthChallenge] {
    /// The challenge to answer: Bearer before Basic, whatever else there is.
    var preferred: AuthChallenge? {
        first { $0.scheme == "bearer" && $0.parameters["realm"]?.isEmpty == false }
            ?? first { $0.scheme == "basic" }
    }
}
