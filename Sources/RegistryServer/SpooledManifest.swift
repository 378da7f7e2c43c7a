import Diagnostics
import HTTPServer
import HostSystem
import OCI
import Synchronization

/// A manifest that is received into a temporary file, whose size is taken from the space of the registry.
///
/// Slow clients of large manifests so take no memory. The file and the space are given back in `deinit`, whatever ends the
/// request.
final class SpooledManifest: Sendable {
    private let file: TemporaryFile
    private let space: SpaceLimit
    private let size = Mutex(0)

    /// Creates an empty file among the uploads.
    init(in uploads: UploadStore, _ space: SpaceLimit) throws(Failure) {
        file = try uploads.temporaryFile()
        self.space = space
    }

    deinit { giveBack() }

    /// Appends a piece; throws `MANIFEST_INVALID` if the manifest becomes too large, and errors of writing.
    func append(_ piece: BodyPiece) throws(RegistryError) {
        guard size.withLock(\.self) + piece.count <= Manifest.sizeLimit else {
            throw RegistryError.manifestTooLarge
        }
        try space.take(piece.count)
        size.withLock { $0 += piece.count }
        do throws(Failure) {
            try piece.withBytes(file.write)
        } catch {
            throw RegistryError(error)
        }
    }

    /// Closes the file: a process may have only a few hundred open ones.
    func close() { file.close() }

    /// Reads the manifest, and gives its space back: the stored one takes its own.
    func contents() throws(Failure) -> [UInt8] {
        defer { giveBack() }
        return try ReadableFile.contents(of: file.path, limit: Manifest.sizeLimit)
    }

    private func giveBack() {
        let count = size.withLock { size in
            defer { size = 0 }
            return size
        }
        space.free(count)
    }
}
