import Diagnostics
import HTTPTransport
import OCI

/// The steps that choose the credentials.
extension RegistryProbe {
    /// Reports how the registry wants a login; returns whether it wants one, and `nil` if it cannot be given.
    func login(_ answer: RegistryClient.Answer) -> Bool? {
        guard answer.status == 401 else {
            report(ProbeStep(.login, "\(answer.url.redacted) needs none; the repository may"))
            return false
        }
        guard let challenge = answer.challenges.preferred else {
            report(
                ProbeStep(
                    .login,
                    Failure(
                        .protocolViolation,
                        "\(registry) requires a login, but offers no supported authentication scheme",
                        why: "it offers \(answer.challenges.map(\.scheme).joined(separator: ", "))",
                        try: ["contact the registry's administrator; Bearer and Basic are supported"]
                    )
                )
            )
            return nil
        }
        let policy = URLPolicy(registry: answer.url.origin, address: address(of: answer))
        let method: SignInMethod
        do throws(Failure) {
            method = try SignInMethod(challenge, of: registry, at: answer.url, policy: policy)
        } catch {
            report(ProbeStep(.login, error))
            return nil
        }
        let text: String
        switch method {
        case .basic: text = "a user name and a password with each request (Basic)"
        case .bearer(let realm):
            let service = realm.service.map { " for \($0.truncated(to: 100))" } ?? ""
            text = "tokens of \(realm.url.redacted)\(service)"
        }
        if let why = subject.secret == nil ? nil : ClusterSecret.realmViolation(challenge, answer.url) {
            report(
                ProbeStep(
                    .login,
                    warning: "\(text); Istio 1.30 and newer reject this: \"\(why)\"",
                    try: [
                        "use Envoy Gateway, an older Istio, or a registry with a token service at a public name"
                    ]
                )
            )
        } else {
            report(ProbeStep(.login, text))
        }
        return true
    }

    private func address(of answer: RegistryClient.Answer) -> String? {
        guard subject.proxy == nil, let address = answer.response.connection?.address,
            let colon = address.lastIndex(of: ":")
        else { return nil }
        return address[..<colon].trimmingBrackets
    }

    /// Reports which credentials are used; returns `nil` if they cannot be read.
    ///
    /// `requiresLogin` is `nil` if the registry was not reached. Throws ``Failure/Code/interrupted``.
    func account(requiresLogin: Bool?) async throws(Failure) -> CredentialLookup? {
        if let secret = subject.secret { return account(of: secret) }
        let lookup: CredentialLookup
        do throws(Failure) {
            // An entry for a part of the registry does not count for the whole.
            let name =
                if let repository = subject.repository { repository } else {
                    try RepositoryName(parsing: "wasmpack-doctor")
                }
            lookup = try await subject.credentials.lookUp(registry, name, for: subject.access)
        } catch {
            if error.code == .interrupted { throw error }
            report(ProbeStep(.account, error))
            return nil
        }
        let searched = lookup.sources.joined(separator: ", ")
        if let credential = lookup.credential {
            let text = "\(credential)" + (lookup.key.map { Self.shown($0) } ?? "")
            report(
                lookup.warnings.isEmpty
                    ? ProbeStep(.account, text)
                    : ProbeStep(.account, warning: text + "; " + lookup.warnings.joined(separator: "; "))
            )
        } else if requiresLogin == true {
            report(
                ProbeStep(
                    .account,
                    warning: "none; searched \(searched)",
                    try: Array((lookup.advice ?? .usual(registry)).steps.prefix(1))
                )
            )
        } else {
            report(ProbeStep(.account, none: "none; searched \(searched)"))
        }
        return lookup
    }

    /// The key of an entry behind its credential, without a user and a password.
    private static func shown(_ key: String) -> String {
        " (\"\(DockerConfigKey.withoutUser(key).truncated(to: 100))\")"
    }

    private func account(of secret: ClusterSecret) -> CredentialLookup? {
        do throws(Failure) {
            report(try secret.step())
        } catch {
            report(ProbeStep(.secret, error))
            return nil
        }
        let choice: ClusterSecret.Choice
        do throws(Failure) {
            choice = try secret.choice(for: registry, subject.repository)
        } catch {
            guard error.code == .authenticationRequired else {
                report(ProbeStep(.account, error))
                return nil
            }
            // A proxy then pulls without credentials, which is enough for a public image.
            let why = error.why.map { "; \($0)" } ?? ""
            report(
                ProbeStep(
                    .account,
                    warning: "\(error.message), so a proxy pulls without credentials\(why)",
                    try: error.hints
                )
            )
            return CredentialLookup(nil, sources: [secret.name])
        }
        let text = "\(choice.credential)\(Self.shown(choice.key))"
        report(
            choice.isAmbiguous
                ? ProbeStep(
                    .account,
                    warning: "\(text); several keys match, and Istio chooses one of them at random",
                    try: ["keep one entry for \(registry)"]
                ) : ProbeStep(.account, text)
        )
        return CredentialLookup(choice.credential, sources: [secret.name], isExplicit: true)
    }
}

extension Substring {
    fileprivate var trimmingBrackets: String {
        hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : String(self)
    }
}
