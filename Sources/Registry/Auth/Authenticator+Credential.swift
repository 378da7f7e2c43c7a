import Diagnostics
import OCI

/// Functions that choose the credential.
extension Authenticator {
    /// Returns the result of the credential lookup, which runs once.
    func credential() async throws(RequestFailure) -> CredentialLookup {
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
            .detail("credentials: \(found.credential?.description ?? "none, continuing anonymously")")
        )
    }

    func registryToken() async throws(RequestFailure) -> Authorization? {
        guard !fellBackToAnonymous, let credential = try await credential().credential else { return nil }
        let value = try RequestFailure.rethrowing { () throws(Failure) in
            try credential.registryTokenAuthorization()
        }
        return value.map { Authorization(value: $0, key: nil, token: nil) }
    }

    /// Whether reading may continue without the credential; never without an explicit credential.
    func allowsAnonymousFallback(_ lookup: CredentialLookup) -> Bool {
        access == .pull && lookup.credential != nil && !lookup.isExplicit
    }

    func fallBackToAnonymous(_ lookup: CredentialLookup) {
        guard !fellBackToAnonymous, let credential = lookup.credential else { return }
        fellBackToAnonymous = true
        events.record(
            .warning(
                "\(registry) rejected \(credential); continuing anonymously "
                    + "(\"wasmpack login \(registry)\" replaces the credentials)"
            )
        )
    }
}
