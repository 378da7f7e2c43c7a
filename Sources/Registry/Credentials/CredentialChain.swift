package import Diagnostics
package import OCI

/// Asks one place after the other; the first hit wins.
package struct CredentialChain: CredentialStore {
    private let stores: [any CredentialStore]

    private let advice: @Sendable (RegistryName) -> SignInAdvice

    /// Asks stores in this order; the advice is for when that does not help.
    package init(
        _ stores: [any CredentialStore],
        advice: @escaping @Sendable (RegistryName) -> SignInAdvice = SignInAdvice.usual
    ) {
        self.stores = stores
        self.advice = advice
    }

    /// The first credential found, and every place looked at.
    package func lookUp(
        _ registry: RegistryName,
        _ repository: RepositoryName,
        for access: Access
    ) async throws(Failure) -> CredentialLookup {
        var places: [String] = []
        var warnings: [String] = []
        for store in stores {
            let lookup = try await store.lookUp(registry, repository, for: access)
            places += lookup.places
            warnings += lookup.warnings
            guard lookup.credential == nil else {
                return CredentialLookup(
                    lookup.credential,
                    places: places,
                    warnings: warnings,
                    isGiven: lookup.isGiven,
                    advice: advice(registry)
                )
            }
        }
        return CredentialLookup(nil, places: places, warnings: warnings, advice: advice(registry))
    }
}

/// A credential that was named for this one command, or the place where one could have been.
package struct GivenCredential: CredentialStore {
    private let credential: Credential?
    private let place: String
    private let registry: RegistryName?

    /// Gives a credential to one registry.
    ///
    /// - Parameters:
    ///   - credential: what was named, if anything was.
    ///   - place: what to call the place when nothing was.
    ///   - registry: the only registry that may see it; any, when `nil`.
    package init(_ credential: Credential?, place: String, only registry: RegistryName? = nil) {
        self.credential = credential
        self.place = place
        self.registry = registry
    }

    /// The credential, if it is for this registry.
    package func lookUp(
        _ registry: RegistryName,
        _ repository: RepositoryName,
        for access: Access
    ) -> CredentialLookup {
        let isMeant = self.registry == nil || self.registry == registry
        return CredentialLookup(isMeant ? credential : nil, places: [place], isGiven: isMeant)
    }
}
