import Diagnostics
import OCI

/// A manifest that a client pushes, checked except for the existence of its parts.
struct PushedManifest: Sendable {
    /// The media type under which it is stored.
    let mediaType: MediaType
    /// What it refers to, and the registry must have.
    let parts: [Descriptor]
    /// The manifest to which it is attached, which need not exist (image spec, `subject`).
    let subject: Descriptor?
    /// The type of the artifact: its own, or that of its config (distribution spec, "Listing Referrers").
    let artifactType: MediaType?
    /// The annotations of the manifest.
    let annotations: Annotations?
    private let namesArtifactType: Bool

    /// Reads a manifest.
    ///
    /// Throws `MANIFEST_INVALID` if it is not valid, or not of the type that the client or the manifest itself declares.
    init(_ bytes: [UInt8], contentType: String?) throws(RegistryError) {
        do throws(Failure) {
            let attachment = try CanonicalJSON.decode(
                Attachment.self,
                from: bytes,
                as: "manifest",
                failing: .manifestInvalid
            )
            guard let type = contentType.map({ MediaType($0) }) ?? attachment.mediaType else {
                throw Failure(.manifestInvalid, "the manifest has no media type")
            }
            let document = try ManifestDocument(decoding: bytes, mediaType: type)
            mediaType = type
            parts = document.successors
            subject = attachment.subject
            annotations = attachment.annotations
            namesArtifactType = attachment.artifactType != nil
            switch document {
            case .image(let manifest): artifactType = attachment.artifactType ?? manifest.config.mediaType
            case .index: artifactType = attachment.artifactType
            }
        } catch {
            throw RegistryError(400, .manifestInvalid, error)
        }
    }

    /// The type for the layout's index: an entry with one is not taken for an image without a name.
    var indexedArtifactType: MediaType? { namesArtifactType || subject != nil ? artifactType : nil }

    private struct Attachment: Decodable {
        let mediaType: MediaType?
        let artifactType: MediaType?
        let subject: Descriptor?
        let annotations: Annotations?
    }
}
