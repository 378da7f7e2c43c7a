import OCI

/// The access of a client to a repository (distribution's token specification, `scope`).
package enum Access: String, Sendable {
    case pull
    /// Includes `pull`, because a push checks which content already exists.
    case push = "pull,push"
    /// Includes the other actions, because some registries grant deletion only with them.
    case delete = "pull,push,delete"

    /// The verb for messages about a repository.
    var action: String {
        switch self {
        case .pull: "read from"
        case .push: "push to"
        case .delete: "delete from"
        }
    }
}

/// The scopes of a token request.
struct Scope: Sendable, Hashable {
    /// The scopes, each as `type:name:actions`; the client's repository is first, because some registries
    /// read only one.
    private(set) var items: [String]

    /// The empty scope, for a token that only identifies the user.
    static let none = Scope(items: [])

    private init(items: [String]) { self.items = items }

    /// Creates the scope for an access to a repository.
    init(_ repository: RepositoryName, _ access: Access) {
        items = ["repository:\(repository):\(access.rawValue)"]
    }

    /// Adds read access to another repository at the end.
    func reading(_ repository: RepositoryName?) -> Scope {
        adding(repository.map { "repository:\($0):\(Access.pull.rawValue)" })
    }

    /// Adds the scopes of a challenge; the actions for a known resource do not change.
    func adding(_ challenge: String?) -> Scope {
        merging(challenge ?? "") { known, _ in known }
    }

    /// Adds the scopes that a registry requires in addition: new resources, and more actions on known ones.
    func widened(by challenge: String) -> Scope {
        merging(challenge) { known, required in
            let actions = known.actions.split(separator: ",")
            let more = required.actions.split(separator: ",").filter { !actions.contains($0) }
            return more.isEmpty ? known : ([known] + more.map(String.init)).joined(separator: ",")
        }
    }

    private func merging(_ challenge: String, _ merge: (String, String) -> String) -> Scope {
        challenge.split(separator: " ").map(String.init).reduce(into: self) { result, item in
            if let position = result.items.firstIndex(where: { $0.resource == item.resource }) {
                result.items[position] = merge(result.items[position], item)
            } else {
                result.items.append(item)
            }
        }
    }
}

extension String {
    /// A scope's type and name; the whole text if it has no actions.
    fileprivate var resource: Substring { lastIndex(of: ":").map { self[..<$0] } ?? self[...] }

    /// A scope's actions, joined by commas.
    fileprivate var actions: Substring { lastIndex(of: ":").map { self[index(after: $0)...] } ?? "" }
}
