import OCI

/// What a client may do with a repository (distribution's token specification, `scope`).
public enum Access: String, Sendable {
    case pull
    /// Pushing reads too: whether content is there already.
    case push = "pull,push"
}

/// The scopes to ask a token for.
struct Scope: Sendable, Hashable {
    /// Each as `type:name:actions`; the first is the own one: some registries look at no other.
    private(set) var items: [String]

    /// No scope: a token that only says who one is.
    static let none = Scope(items: [])

    private init(items: [String]) { self.items = items }

    /// What it takes to do something with a repository.
    init(_ repository: RepositoryName, _ access: Access) {
        items = ["repository:\(repository):\(access.rawValue)"]
    }

    /// What a challenge asks for besides; of what is in here already it gets no more than that.
    func adding(_ challenge: String?) -> Scope {
        var result = self
        for item in (challenge ?? "").split(separator: " ").map(String.init)
        where !result.items.contains(where: { $0.resource == item.resource }) {
            result.items.append(item)
        }
        return result
    }
}

extension String {
    /// A scope's type and name; all of it, when it has no actions.
    fileprivate var resource: Substring { lastIndex(of: ":").map { self[..<$0] } ?? self[...] }
}
