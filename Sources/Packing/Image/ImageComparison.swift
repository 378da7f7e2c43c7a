package import Diagnostics
import HostSystem
package import OCI
package import Storage
package import SystemPackage

/// What is compared: the image, if it is one, and the module in it.
package struct ComparedContent: Sendable, Equatable {
    /// The digest that a name points to; `nil` for a module file.
    package let image: Digest?
    /// The digest of the module; `nil` for an image without one.
    package let module: Digest?

    /// Reads a module file.
    ///
    /// Throws the errors of reading it.
    package init(of path: FilePath) throws(Failure) {
        image = nil
        module = try ModuleInspection(of: path.string, in: ReadableFile(opening: path)).identity.digest
    }

    /// Reads the module of an image, which is verified meanwhile.
    ///
    /// Throws the errors of reading the documents of the image.
    package init(of root: Descriptor, in source: some ContentSource) async throws(Failure) {
        image = root.digest
        let inspection = try await ImageInspection(of: root, in: source) { _ throws(Failure) in }
        module = try? inspection.plugin.get().module.digest
    }
}

/// A comparison of an image with another image or with a module file.
package struct ImageComparison: Sendable {
    /// Whether both are the same image; `nil` if one is a module file.
    package let isSameImage: Bool?
    /// Whether both have the same module; `nil` if one has none.
    package let isSameModule: Bool?
    /// The other content.
    package let other: ComparedContent

    /// Compares an image with other content.
    package init(_ image: ComparedContent, with other: ComparedContent) {
        self.other = other
        isSameImage = image.image.flatMap { own in other.image.map { $0 == own } }
        isSameModule = image.module.flatMap { own in other.module.map { $0 == own } }
    }

    /// Whether the images are equal, or the modules if a module file is compared.
    package var isSame: Bool { isSameImage ?? isSameModule ?? false }
}
