import OCI

/// Which helper a docker configuration names for a registry; the same for who reads and who writes.
struct HelperChoice {
    /// The helper's own part of its program's name.
    let suffix: String
    /// The member of the configuration that names it.
    let field: String

    /// Chooses as docker does; `nil` when the file itself has the credentials.
    ///
    /// An empty name in `credHelpers` means the file, whatever `credsStore` says. Of several keys that name the registry
    /// the best one counts.
    init?(
        for registry: RegistryName,
        _ rules: AuthKey.Rules,
        credHelpers: [(key: String, suffix: String)],
        credsStore: String?
    ) {
        let own = credHelpers.compactMap { key, suffix in
            AuthKey(key, rules: rules).fit(registry).map { (fit: $0, suffix: suffix) }
        }
        .min { $0.fit < $1.fit }
        guard let suffix = own?.suffix ?? credsStore, !suffix.isEmpty else { return nil }
        self.suffix = suffix
        field = own == nil ? "credsStore" : "credHelpers"
    }
}
