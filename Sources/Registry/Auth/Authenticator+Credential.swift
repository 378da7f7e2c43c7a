import Diagnostics
import OCI

/// Which credential is used, and until when.
extension Authenticator {
    /// What a look for the credential gave; made once.
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
            .detail("credentials: \(found.credential?.description ?? "none, going on anonymously")")
        )
    }

    func registryToken() async throws(RequestFailure) -> Authorization? {
        guard !goesWithout, let credential = try await credential().credential else { return nil }
        let value = try RequestFailure.rethrowing { () throws(Failure) in
            try credential.registryTokenAuthorization()
        }
        return value.map { Authorization(value: $0, key: nil, token: nil) }
    }

    /// Whether reading may go on without the credential: not if it was given for just this.
    func isDispensable(_ lookup: CredentialLookup) -> Bool {
        access == .pull && lookup.credential != nil && !lookup.isGiven
    }

    func giveUpCredential(_ lookup: CredentialLookup) {
        guard !goesWithout, let credential = lookup.credential else { return }
        goesWithout = true
        events.record(
            .warning(
                "\(registry) refuses \(credential); going on without credentials "
                    + "(\"wasmpack login \(registry)\" replaces them)"
            )
        )
    }
}
