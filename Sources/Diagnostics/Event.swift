/// An event of a long operation.
///
/// Libraries report events; only the command line prints them.
package enum Event: Sendable, Equatable {
    /// A completed step: a short verb and its object, for example `wrote` and `plugin-oci`.
    case step(String, String)
    /// Information that the user did not request but should know.
    case note(String)
    /// A problem that has no effect now but probably will later, and its remedies.
    case warning(String, try: [String] = [])
    /// The reason for a decision, for `--verbose`.
    case detail(String)
    /// A whole exchange with a server, in several lines without secrets, for `--debug`.
    case trace(String)
    /// A transfer of a blob or manifest.
    case transfer(Transfer)
    /// Progress of long work on this machine.
    case work(Work)
}

/// Progress of long work that moves no bytes over a network.
package struct Work: Sendable, Equatable {
    /// The kind of work.
    package enum Kind: String, Sendable {
        /// A module is packed into a layer.
        case packing
        /// Content is read and its digest is computed.
        case hashing
        /// A layer or an archive is read, to unpack or to copy it.
        case reading
    }

    /// Receives the progress and the waits of the current task and its children; `nil` if they are not wanted.
    ///
    /// A task-local value, because the loops that read files are many calls below the command that shows their progress.
    @TaskLocal package static var sink: (any EventSink)?

    /// Reports progress, if it is wanted; a file that has grown never makes it more than the total.
    package static func report(_ kind: Kind, _ name: @autoclosure () -> String, bytes: Int, of total: Int) {
        if let sink { sink.record(.work(Work(kind, name(), bytes: min(bytes, total), of: total))) }
    }

    /// The kind of work.
    package let kind: Kind
    /// The name of the file or blob, which tells pieces of work apart.
    package let name: String
    /// The number of bytes that are done.
    package let bytes: Int
    /// The number of all bytes; the work has ended when all of them are done.
    package let total: Int

    /// Describes progress.
    package init(_ kind: Kind, _ name: String, bytes: Int, of total: Int) {
        self.kind = kind
        self.name = name
        self.bytes = bytes
        self.total = total
    }
}

/// A transfer of one blob or manifest to a store.
package struct Transfer: Sendable, Equatable {
    /// The stage of a transfer.
    package enum Stage: Sendable, Equatable {
        /// The transfer is about to begin.
        case started
        /// This number of bytes has been received from a registry.
        case received(bytes: Int)
        /// This number of bytes has been sent to the store.
        case moved(bytes: Int)
        /// The content is in the store, verified.
        case finished
        /// The content already exists in the store; nothing was transferred.
        case exists
        /// The content was mounted from another repository of the registry; nothing was transferred.
        case mounted
    }

    /// The role of the content in the image: `layer`, `config` or `manifest`.
    package let role: String
    /// The digest as text.
    package let digest: String
    /// The total size, in bytes.
    package let size: Int
    /// The stage of the transfer.
    package let stage: Stage

    /// Creates the state of a transfer.
    package init(role: String, digest: String, size: Int, stage: Stage) {
        self.role = role
        self.digest = digest
        self.size = size
        self.stage = stage
    }
}

/// Receives events.
///
/// Implementations must not block for long, because events are reported during transfers.
package protocol EventSink: Sendable {
    /// Records an event.
    func record(_ event: Event)
}

/// A sink that discards all events.
package struct SilentSink: EventSink {
    /// Creates a sink.
    package init() {}

    /// Does nothing.
    package func record(_ event: Event) {}
}
