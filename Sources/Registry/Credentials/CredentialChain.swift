package import Diagnostics
package import OCI

/// Searches several sources in order; the first source with a credential wins.
package struct CredentialChain: CredentialStore {
    private let stores: [any CredentialStore]

    private let advice: @Sendable (RegistryName) -> SignInAdvice

    /// Searches stores in this order; `advice` is what to suggest when authentication fails.
    package init(
        _ stores: [any CredentialStore],
        advice: @escaping @Sendable (RegistryName) -> SignInAdvice = SignInAdvice.usual
    ) {
        self.stores = stores
        self.advice = advice
    }

    /// Returns the first credential found and every source searched.
    package func lookUp(
        _ registry: RegistryName,
        _ repository: RepositoryName,
        for access: Access
    ) async throws(Failure) -> CredentialLookup {
        var sources: [String] = []
        var warnings: [String] = []
        for store in stores {
            let lookup = try await store.lookUp(registry, repository, for: access)
            sources += lookup.sources
            warnings += lookup.warnings
            guard lookup.credential == nil else {
                return CredentialLookup(
                    lookup.credential,
                    sources: sources,
                    warnings: warnings,
                    key: lookup.key,
                    isExplicit: lookup.isExplicit,
                    advice: advice(registry)
                )
            }
        }
        return CredentialLookup(nil, sources: sources, warnings: warnings, advice: advice(registry))
    }
}

/// A source that the user can set for one command, such as flags, with its credential if one was given.
package struct ExplicitCredential: CredentialStore {
    private let credential: Credential?
    private let source: String
    private let registry: RegistryName?

    /// Creates a store for an explicit credential.
    ///
    /// - Parameters:
    ///   - credential: the credential, if the user gave one.
    ///   - source: the name of the source in messages.
    ///   - registry: the only registry that may receive the credential; every registry, if `nil`.
    package init(_ credential: Credential?, source: String, only registry: RegistryName? = nil) {
        self.credential = credential
        self.source = source
        self.registry = registry
    }

    /// Returns the credential if it is for this registry.
    package func lookUp(
        _ registry: RegistryName,
        _ repository: RepositoryName,
        for access: Access
    ) -> CredentialLookup {
        let matches = self.registry == nil || self.registry == registry
        return CredentialLookup(matches ? credential : nil, sources: [source], isExplicit: matches)
    }
}
