package import Diagnostics
import HostSystem
package import OCI
import SystemPackage

extension ImageLayout: LocalStore {
    /// Finds an image in the layout.
    ///
    /// A full reference means the image with exactly that name, or else the only image, if that has no name. Throws ``Failure/Code/notFound``,
    /// or ``Failure/Code/nameAmbiguous`` if a tag matches several images; both list the existing images.
    package func resolve(_ name: RefName) async throws(Failure) -> Descriptor {
        try entry(name).annotated(nil)
    }

    /// Finds an image as ``resolve(_:)`` does, and keeps the index entry's annotations, which include its names.
    package func entry(_ name: RefName) throws(Failure) -> Descriptor {
        try index().entry(name, in: path.string)
    }

    /// Returns the index entries of one image, or of all images without a name, with their annotations.
    package func entries(_ name: RefName?) throws(Failure) -> [Descriptor] {
        try index().entries(name, in: path.string)
    }

    /// Reads and verifies a blob of the layout.
    ///
    /// Throws ``Failure/Code/layoutCorrupt`` if the blob is missing, is a link, or does not match its digest.
    package func fetch(_ descriptor: Descriptor) async throws(Failure) -> Blob {
        let file = path(of: descriptor.digest)
        do throws(Failure) {
            return try Blob(verifying: file, against: descriptor)
        } catch {
            switch error.code {
            case .fileMissing:
                throw corrupt("\(file) is missing", "the layout refers to it as \(descriptor.role)")
            case .digestMismatch:
                throw corrupt("\(file) does not match the digest in its name", error.why)
            case .fileUnreadable:
                switch (try? file.stat(followTargetSymlink: false))?.type {
                case .symbolicLink?: throw linked(file)
                case .regular?: throw error
                default: throw corrupt(error.message, error.why)
                }
            default:
                throw error
            }
        }
    }

    private func corrupt(_ message: String, _ why: String?) -> Failure {
        Failure(.layoutCorrupt, message, why: why, try: [Self.repair])
    }

    /// The advice for a damaged layout, which any program may have written.
    static let repair = "write the layout again with the program that made it"

    /// Bazel's layouts, for example, are trees of links.
    private func linked(_ file: FilePath) -> Failure {
        let copy = path.lastComponent.map {
            "\(path.removingLastComponent().appending("\($0.string)-files"))"
        }
        return Failure(
            .layoutCorrupt,
            "\(file) is a symbolic link",
            why: "the blobs of a layout must be files, because a link could point to any file",
            try: ["cp -rL \(path) \(copy ?? "../layout-files")"]
        )
    }
}
