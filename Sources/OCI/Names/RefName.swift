/// How an image is asked for within a store.
package enum RefName: Hashable, Sendable {
    /// By its full reference; the digest is stronger than the tag, and no tag means `latest`.
    case reference(Reference)
    /// By its tag, in whatever repository the store has it.
    case tag(Tag)
    /// By the digest of its manifest.
    case digest(Digest)
    /// The one image that the store holds.
    case only
}

extension RefName: CustomStringConvertible {
    /// The name for a person.
    package var description: String {
        switch self {
        case .reference(let reference): reference.description
        case .tag(let tag): tag.description
        case .digest(let digest): digest.description
        case .only: "the only image"
        }
    }
}
