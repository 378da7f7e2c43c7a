import Diagnostics
import HTTPTransport
import OCI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Turns challenges into `Authorization` values for one repository, and remembers them.
///
/// However many requests need a token at the same time, one request fetches it (distribution's token specification).
actor Authenticator {
    private let registry: RegistryName
    private let repository: RepositoryName
    private let access: Access
    private let transport: any Transport
    private let store: any CredentialStore
    private let events: any EventSink

    private var lookup: CredentialLookup?
    private var current: String?
    private var renewal: Task<Result<Authorization, RequestFailure>, Never>?
    private var expires: BearerToken?
    private var lastChallenges: [AuthChallenge] = []
    /// The scopes last asked for, for messages.
    private(set) var scope: Scope?

    private struct Authorization: Sendable {
        let value: String
        let token: BearerToken?
    }

    init(
        _ registry: RegistryName,
        _ repository: RepositoryName,
        access: Access,
        transport: any Transport,
        store: any CredentialStore,
        events: any EventSink
    ) {
        self.registry = registry
        self.repository = repository
        self.access = access
        self.transport = transport
        self.store = store
        self.events = events
    }

    /// What to send along with the next request; `nil` as long as nobody has asked for anything.
    ///
    /// A token near its end is renewed first.
    func authorization(policy: URLPolicy) async throws(RequestFailure) -> String? {
        if let expires, !expires.isFresh {
            return try await renewed(refused: current, lastChallenges, policy: policy)
        }
        return current
    }

    /// Answers challenges; `nil` when there is no way to.
    ///
    /// - Parameter refused: what was sent along with the request that was challenged.
    func answer(
        _ challenges: [AuthChallenge],
        refused: String?,
        policy: URLPolicy
    ) async throws(RequestFailure) -> String? {
        lastChallenges = challenges
        return try await renewed(refused: refused, challenges, policy: policy)
    }

    /// The credential in use, found once.
    func credential() async throws(RequestFailure) -> CredentialLookup {
        if let lookup { return lookup }
        do throws(Failure) {
            let found = try await store.lookUp(registry, repository)
            lookup = found
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
        _ challenges: [AuthChallenge],
        policy: URLPolicy
    ) async throws(RequestFailure) -> String? {
        // Someone else was challenged with the same value and has a new one already.
        if let current, current != refused, expires?.isFresh ?? true { return current }
        if let running = renewal { return try await running.value.get().value }
        guard let challenge = challenges.preferred else { return nil }
        let task = Task { () -> Result<Authorization, RequestFailure> in
            do throws(RequestFailure) {
                return .success(try await self.fetch(challenge, policy: policy))
            } catch {
                return .failure(error)
            }
        }
        renewal = task
        let result = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        renewal = nil
        let authorization = try result.get()
        guard authorization.value != refused || authorization.token != nil else { return nil }
        current = authorization.value
        expires = authorization.token
        return authorization.value
    }

    private func fetch(_ challenge: AuthChallenge, policy: URLPolicy) async throws(RequestFailure)
        -> Authorization
    {
        let credential = try await credential().credential
        guard challenge.scheme == "bearer" else {
            guard let credential else { throw RequestFailure(await missing()) }
            return Authorization(value: credential.basicAuthorization, token: nil)
        }
        let scope = Scope(repository, access, challenge: challenge.parameters["scope"])
        self.scope = scope
        let service = TokenService(transport: transport, policy: policy, registry: registry)
        let token = try await service.token(challenge, scope: scope, credential: credential)
        return Authorization(value: "Bearer \(token.text)", token: token)
    }

    /// The failure when a registry wants credentials and there are none.
    private func missing() async -> Failure {
        Failure(
            .authenticationRequired,
            "\(registry) wants credentials for \(repository)",
            why: "none found: looked in " + (lookup?.places ?? []).joined(separator: ", "),
            try: Self.remedies
        )
    }

    /// How to give credentials, for messages.
    static let remedies = [
        "--username NAME --password-stdin",
        "or WASMPACK_USERNAME and WASMPACK_PASSWORD, or docker's config.json",
    ]
}

extension Credential {
    /// The value of `Authorization` for the Basic scheme (RFC 7617).
    var basicAuthorization: String {
        "Basic " + Data("\(username):\(password)".utf8).base64EncodedString()
    }
}

extension [AuthChallenge] {
    /// The challenge to answer: Bearer before Basic, whatever else there is.
    var preferred: AuthChallenge? {
        first { $0.scheme == "bearer" && $0.parameters["realm"] != nil } ?? first { $0.scheme == "basic" }
    }
}
