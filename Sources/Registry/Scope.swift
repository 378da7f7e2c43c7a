import OCI

/// What a client may do with a repository (distribution's token specification, `scope`).
public enum Access: String, Sendable {
    case pull
    /// Pushing reads too: whether content is there already.
    case push = "pull,push"
}

/// The scopes to ask a token for.
struct Scope: Sendable, Hashable {
    /// Each as `type:name:actions`, the repository's own first: some registries look at no other.
    let items: [String]

    /// What a repository needs, and what else a challenge asks for.
    init(_ repository: RepositoryName, _ access: Access, challenge: String? = nil) {
        let own = "repository:\(repository):\(access.rawValue)"
        let prefix = "repository:\(repository):"
        let asked = (challenge ?? "").split(separator: " ").map(String.init)
        items = [own] + asked.filter { !$0.hasPrefix(prefix) }
    }
}
