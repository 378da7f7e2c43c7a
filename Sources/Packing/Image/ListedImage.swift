package import Diagnostics
package import OCI
package import Storage

/// One image of a layout or an archive, for a list.
package struct ListedImage: Sendable {
    /// The full reference, else the tag; `nil` for an image without a name.
    package let name: String?
    /// The manifest or index.
    package let root: Descriptor
    /// The size of the manifest and its parts in bytes; `nil` if the manifest cannot be read.
    ///
    /// For an index, of the image in it that proxies choose.
    package let size: Int?
    /// The creation time in the config; `nil` without one.
    package let created: String?
    /// The reason why the image could not be read.
    package let problem: Failure?

    /// Returns the images of a store in the order of its index, or the one that a name means.
    ///
    /// A damaged image is listed with its problem. Throws the errors of reading the index.
    package static func all(in store: some LocalStore, named name: RefName?) async throws(Failure)
        -> [ListedImage]
    {
        var images: [ListedImage] = []
        for entry in try store.entries(name) { images.append(await ListedImage(entry, in: store)) }
        return images
    }

    private init(_ entry: Descriptor, in store: some LocalStore) async {
        name = entry.fullName ?? entry.referenceName
        root = entry.annotated(nil)
        var (size, created, problem): (Int?, String?, Failure?) = (nil, nil, nil)
        do throws(Failure) {
            let choice = try await ImageChoice(of: root, in: store)
            size = choice.manifest.parts.reduce(choice.image.size) { $0 &+ $1.size }
            created = try await PluginExtractor(store).config(of: choice.manifest)?.created
        } catch {
            problem = error
        }
        (self.size, self.created, self.problem) = (size, created, problem)
    }
}
