public import Diagnostics
public import OCI

/// Asks one place after the other; the first hit wins.
public struct CredentialChain: CredentialStore {
    private let stores: [any CredentialStore]

    /// Asks stores in this order.
    public init(_ stores: [any CredentialStore]) { self.stores = stores }

    /// The first credential found, and every place looked at.
    public func lookUp(
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
                    isGiven: lookup.isGiven
                )
            }
        }
        return CredentialLookup(nil, places: places, warnings: warnings)
    }
}

/// A credential that was named for this one command, or the place where one could have been.
public struct GivenCredential: CredentialStore {
    private let credential: Credential?
    private let place: String
    private let registry: RegistryName?

    /// Gives a credential to one registry.
    ///
    /// - Parameters:
    ///   - credential: what was named, if anything was.
    ///   - place: what to call the place when nothing was.
    ///   - registry: the only registry that may see it; any, when `nil`.
    public init(_ credential: Credential?, place: String, only registry: RegistryName? = nil) {
        self.credential = credential
        self.place = place
        self.registry = registry
    }

    /// The credential, if it is for this registry.
    public func lookUp(
        _ registry: RegistryName,
        _ repository: RepositoryName,
        for access: Access
    ) -> CredentialLookup {
        let isMeant = self.registry == nil || self.registry == registry
        return CredentialLookup(isMeant ? credential : nil, places: [place], isGiven: isMeant)
    }
}
