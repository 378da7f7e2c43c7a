/// The name of an image within a store.
package enum RefName: Hashable, Sendable {
    /// A full reference; the digest takes precedence over the tag, and the default tag is `latest`.
    case reference(Reference)
    /// A tag, in any repository of the store.
    case tag(Tag)
    /// The digest of the manifest.
    case digest(Digest)
    /// The only image of the store.
    case only
}

extension RefName: CustomStringConvertible {
    /// The name for messages.
    package var description: String {
        switch self {
        case .reference(let reference): reference.description
        case .tag(let tag): tag.description
        case .digest(let digest): digest.description
        case .only: "the only image"
        }
    }
}
