import OCI

/// The helper that a docker configuration names for a registry, both to read and to store credentials.
struct HelperChoice {
    /// The part of the program's name after `docker-credential-`.
    let suffix: String
    /// The member of the configuration that names the helper.
    let field: String

    /// Chooses a helper by docker's rules; returns `nil` if the credentials are in the file itself.
    ///
    /// An empty name in `credHelpers` selects the file and overrides `credsStore`. If several keys match the
    /// registry, the best match counts.
    init?(
        for registry: RegistryName,
        _ rules: AuthKey.Rules,
        credHelpers: [(key: String, suffix: String)],
        credsStore: String?
    ) {
        let best = credHelpers.compactMap { key, suffix in
            AuthKey(key, rules: rules).match(registry).map { (match: $0, suffix: suffix) }
        }
        .min { $0.match < $1.match }
        guard let suffix = best?.suffix ?? credsStore, !suffix.isEmpty else { return nil }
        self.suffix = suffix
        field = best == nil ? "credsStore" : "credHelpers"
    }
}
