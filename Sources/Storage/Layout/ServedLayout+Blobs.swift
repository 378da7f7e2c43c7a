package import Diagnostics
package import HostSystem
package import OCI
import SystemPackage

/// The blobs, which do not depend on the index.
extension ServedLayout {
    /// Opens a blob, without verifying its content; returns `nil` if it does not exist.
    package nonisolated func open(_ digest: Digest) throws(Failure) -> FileSource? {
        do throws(Failure) {
            return FileSource(try ReadableFile(opening: layout.path(of: digest), links: .rejected))
        } catch  where error.code == .fileMissing {
            return nil
        }
    }

    /// Returns the size of a blob in bytes; `nil` if it does not exist.
    package nonisolated func size(of digest: Digest) -> Int? {
        guard let stat = try? layout.path(of: digest).stat(followTargetSymlink: false), stat.type == .regular
        else { return nil }
        return Int(exactly: stat.size)
    }

    /// Verifies a blob; returns `nil` if it does not exist, and throws ``Failure/Code/digestMismatch`` for a damaged one.
    package nonisolated func blob(_ descriptor: Descriptor) throws(Failure) -> Blob? {
        guard size(of: descriptor.digest) != nil else { return nil }
        return try Blob(verifying: layout.path(of: descriptor.digest), against: descriptor)
    }

    /// Makes an uploaded file a blob with a digest that the caller has computed.
    package nonisolated func insert(_ upload: UploadFile, as digest: Digest) throws(Failure) {
        try upload.synchronize()
        try insert(digest) { target throws(Failure) in try upload.move(to: target) }
    }

    /// Stores bytes as a blob with a digest that the caller has computed.
    package nonisolated func insert(_ bytes: [UInt8], as digest: Digest) throws(Failure) {
        try insert(digest) { target throws(Failure) in try TemporaryFile.write(bytes, to: target) }
    }

    /// Takes a blob of another layout without copying it; returns whether that was possible.
    ///
    /// The blob counts as new, so that no program sweeps it before it is named.
    package nonisolated func link(_ digest: Digest, from other: ServedLayout) throws(Failure) -> Bool {
        if Directory.renew(layout.path(of: digest)) { return true }
        guard other.size(of: digest) != nil else { return false }
        var isLinked = false
        try insert(digest) { target throws(Failure) in
            let source = other.layout.path(of: digest)
            isLinked = Directory.link(source, as: target) && Directory.renew(target)
        }
        return isLinked
    }

    /// Removes a blob, if it exists.
    package nonisolated func remove(_ digest: Digest) throws(Failure) {
        let file = layout.path(of: digest)
        try Directory.remove(file: file)
        try Directory.synchronize(file.directory)
    }

    private nonisolated func insert(_ digest: Digest, _ write: (FilePath) throws(Failure) -> Void)
        throws(Failure)
    {
        let target = layout.path(of: digest)
        try Directory.create(target.directory)
        try write(target)
        try Directory.synchronize(target.directory)
        try folders.synchronize(parentsOf: target.directory)
    }
}
