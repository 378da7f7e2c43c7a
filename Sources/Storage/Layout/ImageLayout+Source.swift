package import Diagnostics
import HostSystem
package import OCI
import SystemPackage

extension ImageLayout: LocalStore {
    /// Finds an image in the layout.
    ///
    /// A full reference stands for the image of that very name, else for the only image there is. Throws
    /// ``Failure/Code/notFound``, or ``Failure/Code/nameAmbiguous`` when a tag fits several images; both list what is there.
    package func resolve(_ name: RefName) async throws(Failure) -> Descriptor {
        try entry(name).annotated(nil)
    }

    /// The same with the annotations that stand in the index, the names among them.
    package func entry(_ name: RefName) throws(Failure) -> Descriptor {
        try index().entry(name, in: path.string)
    }

    /// One image, or without a name all of them, with the annotations that stand in the index.
    package func entries(_ name: RefName?) throws(Failure) -> [Descriptor] {
        try index().entries(name, in: path.string)
    }

    /// Reads a blob of the layout, and proves it.
    ///
    /// Throws ``Failure/Code/layoutCorrupt`` for a blob that is missing, a link, or not what its name says.
    package func fetch(_ descriptor: Descriptor) async throws(Failure) -> Blob {
        let file = path(of: descriptor.digest)
        do throws(Failure) {
            return try Blob(verifying: file, against: descriptor)
        } catch {
            switch error.code {
            case .fileMissing:
                throw corrupt("\(file) is missing", "the layout names it as \(descriptor.role)")
            case .digestMismatch:
                throw corrupt("\(file) does not hash to its name", error.why)
            case .fileUnreadable where (try? file.stat(followTargetSymlink: false))?.type != .regular:
                throw corrupt(error.message, error.why)
            default:
                throw error
            }
        }
    }

    private func corrupt(_ message: String, _ why: String?) -> Failure {
        Failure(.layoutCorrupt, message, why: why, try: ["wasmpack build again"])
    }
}
