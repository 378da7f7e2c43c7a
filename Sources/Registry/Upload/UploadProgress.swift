import Diagnostics
import OCI
import Storage
import Synchronization

/// Tells how far the upload of one blob has come; what is sent once more is not told once more.
final class UploadProgress: Sendable {
    private let descriptor: Descriptor
    private let events: any EventSink
    private let furthest = Mutex(-1)
    private let latest = Mutex(0)

    init(of descriptor: Descriptor, _ events: any EventSink) {
        self.descriptor = descriptor
        self.events = events
    }

    /// Where the bytes were that went out last.
    var position: Int { latest.withLock { $0 } }

    /// Takes note of how many bytes of the blob are on their way or there.
    func moved(to bytes: Int) {
        latest.withLock { $0 = bytes }
        let isNew = furthest.withLock { furthest in
            defer { furthest = max(furthest, bytes) }
            return bytes > furthest
        }
        if isNew { events.record(.transfer(Transfer(descriptor, .moved(bytes: bytes)))) }
    }
}
