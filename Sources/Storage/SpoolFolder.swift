package import Diagnostics
package import HostSystem
package import SystemPackage

/// The folder for blobs while they are downloaded or packed.
package enum SpoolFolder: Sendable {
    /// A folder that exists, or that the destination creates before the first blob.
    case existing(FilePath)
    /// A temporary folder, created with the first blob.
    case temporary(LazyTemporaryDirectory)

    /// Returns the path; throws ``Failure/Code/fileUnwritable`` if a temporary folder cannot be created.
    package func path() throws(Failure) -> FilePath {
        switch self {
        case .existing(let path): path
        case .temporary(let folder): try folder.path()
        }
    }
}
