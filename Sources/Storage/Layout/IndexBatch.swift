import Diagnostics
import HostSystem
import OCI

/// Changes of an index that are written together, under one lock on the layout.
struct IndexBatch {
    /// A change that waits until it is on the disk.
    struct Change {
        let afterwards: @Sendable ([Descriptor]) throws(Failure) -> Void
        let continuation: CheckedContinuation<Result<Void, Failure>, Never>
    }

    /// The most changes in a batch, so that other programs get the lock too.
    private static let limit = 64

    let lock: DirectoryLock
    /// The index with the changes so far.
    var document: IndexDocument
    var changes: [Change] = []

    var isFull: Bool { changes.count >= Self.limit }

    /// Throws ``Failure/Code/requestRejected`` for a document over 4 MiB.
    static func checkSize(of document: IndexDocument) throws(Failure) {
        guard document.encodedSize <= Manifest.sizeLimit else {
            throw Failure(
                .requestRejected,
                "the repository is full: the list of its \(document.count) manifests would be larger than 4 MiB"
            )
        }
    }

    /// Writes the document if it was changed, tells each change, and then releases the lock.
    func end(with write: (IndexDocument) throws(Failure) -> Void) {
        defer { withExtendedLifetime(lock) {} }
        guard !changes.isEmpty else { return }
        do throws(Failure) {
            try write(document)
        } catch {
            for change in changes { change.continuation.resume(returning: .failure(error)) }
            return
        }
        let entries = document.entries
        for change in changes {
            change.continuation.resume(
                returning: Result { () throws(Failure) in try change.afterwards(entries) }
            )
        }
    }
}
