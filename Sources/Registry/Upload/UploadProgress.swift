import Diagnostics
import OCI
import Storage
import Synchronization

/// Reports the progress of one blob's upload; does not report bytes again that are sent again.
final class UploadProgress: Sendable {
    private let descriptor: Descriptor
    private let events: any EventSink
    private let furthest = Mutex(-1)
    private let latest = Mutex(0)

    init(of descriptor: Descriptor, _ events: any EventSink) {
        self.descriptor = descriptor
        self.events = events
    }

    /// The position after the bytes that were sent last.
    var position: Int { latest.withLock { $0 } }

    /// Records the number of bytes of the blob that have been sent.
    func moved(to bytes: Int) {
        latest.withLock { $0 = bytes }
        let isNew = furthest.withLock { furthest in
            defer { furthest = max(furthest, bytes) }
            return bytes > furthest
        }
        if isNew { events.record(.transfer(Transfer(descriptor, .moved(bytes: bytes)))) }
    }
}
