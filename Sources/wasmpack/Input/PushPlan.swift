import Diagnostics
import OCI
import Storage
import SystemPackage

/// The destination of a push.
struct PushPlan {
    /// The repository, and the tag or digest that is set first.
    let target: Reference
    /// All tags to set, without duplicates: the target's, then the others.
    let tags: [Tag]
    /// A repository of the same registry from which blobs may be mounted.
    let mountSource: RepositoryName?
    /// Whether the aliases of the target's version are set too.
    let setsAliases: Bool

    init(target: Reference, tags: [Tag], mountSource: RepositoryName? = nil, setsAliases: Bool = false) {
        self.setsAliases = setsAliases
        self.target = target
        self.tags = ((target.tag.map { [$0] } ?? []) + tags).unique
        self.mountSource = mountSource
    }

    /// Returns a plan for each repository of the references, in their order, with all its tags.
    static func plans(for references: [Reference]) -> [PushPlan] {
        var plans: [PushPlan] = []
        for reference in references {
            let known = plans.firstIndex {
                $0.target.repositoryDescription == reference.repositoryDescription
            }
            if let known {
                plans[known] = PushPlan(
                    target: plans[known].target,
                    tags: plans[known].tags + [reference.tag].compactMap(\.self)
                )
            } else {
                plans.append(PushPlan(target: reference, tags: []))
            }
        }
        return plans
    }

    /// The tags that are set after the target's tag.
    var furtherTags: [Tag] { tags.filter { $0 != target.tag } }
}

/// An image that may be pushed: just packed, or verified.
struct PushedImage {
    let manifest: Blob
    /// The source of its content.
    let content: any ContentSource
    /// Its name in messages.
    let name: String
    /// The path of the module, layout or archive.
    let path: FilePath

    var root: Descriptor { manifest.descriptor }
}

extension Reference {
    /// Reads the name of another repository of this registry, with or without the registry's name.
    ///
    /// Throws ``Failure/Code/usage`` if the text names another registry.
    func sibling(_ text: String) throws(Failure) -> RepositoryName {
        let host = text.prefix { $0 != "/" }
        let namesHost = host.endIndex != text.endIndex && (Self.looksLikeHost(host) || host == "\(registry)")
        guard namesHost else {
            return Reference(registry: registry, repository: try RepositoryName(parsing: text)).repository
        }
        let other = try RegistryName(parsing: host)
        guard other == registry else {
            throw Failure(
                .usage,
                "\(other) and \(registry) are different registries",
                why: "blobs can be mounted only within one registry"
            )
        }
        let name = try RepositoryName(parsing: text.dropFirst(host.count + 1))
        return Reference(registry: registry, repository: name).repository
    }
}
