package import Diagnostics
import HostSystem
package import OCI
import Synchronization
package import SystemPackage

/// A blob under construction: writes bytes to a temporary file and hashes them in the same step.
package final class BlobSpool: Sendable {
    private let file: TemporaryFile
    private let hasher: Mutex<DigestHasher>

    /// Creates an empty temporary file in a folder.
    package init(in directory: FilePath, algorithm: Digest.Algorithm = .sha256) throws(Failure) {
        file = try TemporaryFile(in: directory)
        hasher = Mutex(DigestHasher(algorithm))
    }

    /// The number of bytes written so far.
    package var byteCount: Int { hasher.withLock { $0.byteCount } }

    /// Appends bytes; throws ``Failure/Code/diskFull`` or ``Failure/Code/fileUnwritable``.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        try file.write(bytes)
        hasher.withLock { $0.update(bytes) }
    }

    /// Finishes the blob with the digest of the written bytes, and closes its file.
    package func finish(as mediaType: MediaType) -> Blob {
        file.close()
        let (digest, size) = hasher.withLock { ($0.digest(), $0.byteCount) }
        let descriptor = Descriptor(mediaType: mediaType, digest: digest, size: size)
        return Blob(trusted: descriptor, .file(file.path, owner: file))
    }

    /// Finishes the blob and closes its file; throws ``Failure/Code/digestMismatch`` if the written bytes do not match a descriptor.
    package func finish(verifying descriptor: Descriptor, from origin: String) throws(Failure) -> Blob {
        let (digest, size) = hasher.withLock { ($0.digest(), $0.byteCount) }
        guard size == descriptor.size, digest == descriptor.digest else {
            throw Failure(mismatchOf: descriptor, digest: digest, size: size, from: origin)
        }
        file.close()
        return Blob(trusted: descriptor, .file(file.path, owner: file))
    }
}
