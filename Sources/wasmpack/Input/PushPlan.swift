import Diagnostics
import OCI
import Storage
import SystemPackage

/// Where a push goes.
struct PushPlan {
    /// The repository, and the name that is set first.
    let target: Reference
    /// Every tag that is set, each once: the target's, then the others.
    let tags: [Tag]
    /// A repository of the same registry that may have the blobs.
    let mountSource: RepositoryName?

    init(target: Reference, tags: [Tag], mountSource: RepositoryName?) {
        self.target = target
        self.tags = ((target.tag.map { [$0] } ?? []) + tags).unique
        self.mountSource = mountSource
    }

    /// The tags that are set after the target's own.
    var furtherTags: [Tag] { tags.filter { $0 != target.tag } }
}

/// An image that may be pushed: packed just now, or verified.
struct PushedImage {
    let manifest: Blob
    /// Where its content is.
    let content: any ContentSource
    /// What it is called in messages.
    let name: String
    /// The module, layout or archive that it comes from.
    let path: FilePath

    var root: Descriptor { manifest.descriptor }
}

extension Reference {
    /// Reads the name of another repository of this registry, with or without the registry in front.
    ///
    /// Throws ``Failure/Code/usage`` for one of another registry.
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
                "\(other) is another registry than \(registry)",
                why: "blobs are shared within one registry only"
            )
        }
        let name = try RepositoryName(parsing: text.dropFirst(host.count + 1))
        return Reference(registry: registry, repository: name).repository
    }
}
