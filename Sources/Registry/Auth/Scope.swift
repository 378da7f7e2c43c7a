import OCI

/// What a client may do with a repository (distribution's token specification, `scope`).
package enum Access: String, Sendable {
    case pull
    /// Pushing reads too: whether content is there already.
    case push = "pull,push"
    /// Some registries grant deletion only together with the rest.
    case delete = "pull,push,delete"

    /// What is done, for a message about a repository.
    var action: String {
        switch self {
        case .pull: "read from"
        case .push: "push to"
        case .delete: "delete from"
        }
    }
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

    /// The same, and reading another repository, after the own one.
    func reading(_ repository: RepositoryName?) -> Scope {
        adding(repository.map { "repository:\($0):\(Access.pull.rawValue)" })
    }

    /// What a challenge asks for besides; of what is in here already it gets no more than that.
    func adding(_ challenge: String?) -> Scope {
        merging(challenge ?? "") { own, _ in own }
    }

    /// What a registry misses in a token besides: other things, and more actions on the same ones.
    func widened(by challenge: String) -> Scope {
        merging(challenge) { own, missed in
            let known = own.actions.split(separator: ",")
            let more = missed.actions.split(separator: ",").filter { !known.contains($0) }
            return more.isEmpty ? own : ([own] + more.map(String.init)).joined(separator: ",")
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
    /// A scope's type and name; all of it, when it has no actions.
    fileprivate var resource: Substring { lastIndex(of: ":").map { self[..<$0] } ?? self[...] }

    /// A scope's actions, joined by commas.
    fileprivate var actions: Substring { lastIndex(of: ":").map { self[index(after: $0)...] } ?? "" }
}
