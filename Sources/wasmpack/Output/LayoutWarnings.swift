import Diagnostics
import OCI
import Storage

extension Reporter {
    /// Warns when another image of a layout has the tag of one that comes in.
    ///
    /// Other tools know a layout's images by tag alone, and take the first.
    func warn(ofTagOf name: EntryName, _ digest: Digest, in layout: ImageLayout) throws(Failure) {
        guard let tag = name.tag, let rival = try layout.rival(of: name, with: digest) else { return }
        record(
            .warning(
                "\(layout.path) has another image with the tag \(tag): \(rival); skopeo takes the first"
            )
        )
    }
}

extension Reporter {
    /// Warns of an image with Docker's media types outside of a registry.
    func warnOfDockersTypes(of image: Descriptor, inArchive: Bool) {
        guard image.mediaType == .dockerManifest || image.mediaType == .dockerManifestList else { return }
        let place = inArchive ? "in an oci-archive:; docker-archive: reads one" : "in a layout"
        record(.warning("the image has Docker's media types; skopeo does not find such a one \(place)"))
    }
}
