import Diagnostics
import OCI
import Storage

extension Reporter {
    /// Warns if another image in a layout has the same tag as the new image.
    ///
    /// Other tools identify images in a layout only by tag, and use the first match.
    func warn(ofTagOf name: EntryName, _ digest: Digest, in layout: ImageLayout) throws(Failure) {
        guard let tag = name.tag, let rival = try layout.rival(of: name, with: digest) else { return }
        record(
            .warning(
                "\(layout.path) has another image with the tag \(tag): \(rival); skopeo uses the first"
            )
        )
    }
}

extension Reporter {
    /// Warns about an image with Docker's media types outside of a registry.
    func warnOfDockersTypes(of image: Descriptor, inArchive: Bool) {
        guard image.mediaType == .dockerManifest || image.mediaType == .dockerManifestList else { return }
        let consequence =
            inArchive
            ? "skopeo does not find it as oci-archive:, only as docker-archive:"
            : "skopeo does not find it in a layout"
        record(.warning("the image has Docker's media types; \(consequence)"))
    }
}
