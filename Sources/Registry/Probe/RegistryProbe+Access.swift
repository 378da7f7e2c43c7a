import Diagnostics
import HTTPTransport
import OCI
import Storage

/// The steps in the registry: the token, the repository and the image.
extension RegistryProbe {
    /// Reports what the credentials allow.
    ///
    /// Throws ``Failure/Code/interrupted``.
    func enter(with lookup: CredentialLookup) async throws(Failure) {
        guard let name = subject.repository else {
            let client = RegistryClient(subject.connection, nil, subject.access, scope: .none) { lookup }
            try await steps { () throws(Failure) in
                _ = try await access(client, "", "use it", lookup)
            }
            return
        }
        let repository = RemoteRepository(
            name,
            at: subject.connection,
            access: subject.access,
            credentials: FixedCredentials(lookup: lookup),
            spoolingIn: subject.spool
        )
        var exists = false
        try await steps { () throws(Failure) in
            exists = try await access(repository.client, "tags/list?n=1", subject.access.action, lookup)
        }
        try checkCancellation()
        if subject.access == .push {
            try await steps { () throws(Failure) in try await push(repository.client) }
        }
        guard exists, let image = subject.image else { return }
        try await steps { () throws(Failure) in try await manifest(image, repository) }
    }

    /// Runs steps that report their own failures.
    ///
    /// Throws only ``Failure/Code/interrupted``.
    private func steps(_ body: () async throws(Failure) -> Void) async throws(Failure) {
        do throws(Failure) {
            try await body()
        } catch {
            if error.code == .interrupted { throw error }
        }
    }

    private func fail(_ kind: ProbeStep.Kind, _ failure: Failure) -> Failure {
        if failure.code != .interrupted { report(ProbeStep(kind, failure)) }
        return failure
    }

    /// Reports the token and the access; returns whether the repository exists.
    private func access(
        _ client: RegistryClient,
        _ path: String,
        _ action: String,
        _ lookup: CredentialLookup
    ) async throws(Failure) -> Bool {
        let answer: RegistryClient.Answer
        do throws(Failure) {
            answer = try await client.retrying("\(registry)") { _ throws(RequestFailure) in
                let answer = try await client.send(.get, path)
                guard answer.status != 429, answer.status < 500 else {
                    throw try await client.failure(for: answer, doing: action)
                }
                return answer
            }
        } catch {
            let isOfToken = await client.authenticator.lacksToken
            throw fail(isOfToken ? .token : .access, error)
        }
        let isGranted = try await token(client)
        let name = subject.repository.map { "\(registry)/\($0)" } ?? "\(registry)"
        switch answer.status {
        case 200:
            let user = await client.usedCredential().map { "as \($0.holder)" } ?? "anonymously"
            report(ProbeStep(.access, "\(name) can be read \(user)"))
            return true
        case 404 where subject.access == .push && subject.repository != nil:
            report(
                ProbeStep(
                    .access,
                    warning: "\(name) does not exist yet; most registries create it when you push"
                )
            )
            return false
        default:
            let failure: Failure
            do throws(RequestFailure) {
                failure = try await client.failure(for: answer, doing: action).failure
            } catch {
                failure = error.failure
            }
            // The token step has said why.
            if !isGranted, failure.code == .authenticationDenied { return false }
            throw fail(.access, failure)
        }
    }

    /// Reports the token, if there is one; returns whether it grants what is needed, as far as that is known.
    private func token(_ client: RegistryClient) async throws(Failure) -> Bool {
        let context: AuthContext
        do throws(RequestFailure) {
            context = try await client.authenticator.authContext()
        } catch {
            throw error.failure
        }
        guard let scope = context.scope else { return true }
        let items = scope.items.joined(separator: " ").truncated(to: 200)
        guard let granted = context.granted else {
            report(ProbeStep(.token, "received" + (items.isEmpty ? "" : " for \(items)")))
            return true
        }
        let actions = granted.split(separator: ",").map(String.init)
        let missing = subject.access.rawValue.split(separator: ",").map(String.init).filter {
            !actions.contains($0) && !actions.contains("*")
        }
        guard !missing.isEmpty else {
            report(ProbeStep(.token, "grants \(granted) for \(items)"))
            return true
        }
        let user = await client.usedCredential()
        let failure = Failure(
            .authenticationDenied,
            "the token service of \(registry) grants \(granted), but \(missing.joined(separator: " and ")) is needed",
            why: "requested \(items)" + (user.map { " as \($0)" } ?? " anonymously"),
            try: [
                "ask the registry's administrator for permission",
                user == nil
                    ? "wasmpack login \(registry)" : "log in as another user: wasmpack login \(registry)",
            ]
        )
        report(ProbeStep(.token, failure))
        return false
    }

    /// Begins an upload and cancels it.
    private func push(_ client: RegistryClient) async throws(Failure) {
        do throws(RequestFailure) {
            let answer = try await client.askForUpload("blobs/uploads/")
            guard answer.status == 202 else {
                throw try await client.failure(for: answer, doing: subject.access.action)
            }
            guard let text = answer.response.headers["Location"] else {
                throw RequestFailure(
                    Failure(.protocolViolation, "\(registry) began an upload without a Location")
                )
            }
            await client.abandon(try client.resolve(text, against: answer.url, as: .location))
        } catch {
            throw fail(.push, error.failure)
        }
        report(ProbeStep(.push, "allowed: an upload was begun and canceled"))
    }

    private func manifest(_ image: Reference, _ repository: RemoteRepository) async throws(Failure) {
        let root: Descriptor
        do throws(Failure) {
            root = try await repository.resolve(.reference(image))
        } catch {
            let shown = image.digest == nil ? await repository.explaining(error, for: image.tag) : error
            throw fail(.manifest, shown)
        }
        let text = "\(root.digest), \(root.mediaType)"
        guard root.mediaType.isIndex else { return report(ProbeStep(.manifest, text)) }
        let hints = ["wasmpack inspect \(image) shows the digest of the image in it"]
        guard image.digest != nil, subject.secret != nil else {
            return report(
                ProbeStep(
                    .manifest,
                    warning: "\(text): an index; a proxy compares a pin with the digest of the image in it",
                    try: hints
                )
            )
        }
        throw fail(
            .manifest,
            Failure(
                .checkFailed,
                "the pin is the digest of an index",
                why:
                    "a proxy compares it with the digest of the image in the index, so it never loads the plugin",
                try: hints
            )
        )
    }
}

/// Credentials that were looked up before.
private struct FixedCredentials: CredentialStore {
    let lookup: CredentialLookup

    func lookUp(_ registry: RegistryName, _ repository: RepositoryName, for access: Access)
        -> CredentialLookup
    {
        lookup
    }
}
