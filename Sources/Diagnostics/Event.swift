/// What a long operation reports while it works.
///
/// Libraries report; only the command line prints.
package enum Event: Sendable, Equatable {
    /// One step is done: a short verb and what it was done to, for example `wrote` and `plugin-oci`.
    case step(String, String)
    /// Something the user did not ask for and should know.
    case note(String)
    /// Something that works now and will hurt later.
    case warning(String)
    /// How a decision was made, for who asked to see it.
    case detail(String)
    /// An exchange with a server in full, several lines without a secret, for who asked to see it.
    case trace(String)
    /// A blob or manifest on its way.
    case transfer(Transfer)
}

/// One piece of content on its way into a store.
package struct Transfer: Sendable, Equatable {
    /// How far it has come.
    package enum Stage: Sendable, Equatable {
        /// It is about to be moved.
        case started
        /// So many bytes have been moved.
        case moved(bytes: Int)
        /// It is there, verified.
        case finished
        /// It was there already; nothing was moved.
        case exists
        /// It was taken over from another repository of the registry; nothing was moved.
        case mounted
    }

    /// What it is in the image: `layer`, `config` or `manifest`.
    package let role: String
    /// The digest, as text.
    package let digest: String
    /// The whole size, in bytes.
    package let size: Int
    /// How far it has come.
    package let stage: Stage

    /// Describes the state of one transfer.
    package init(role: String, digest: String, size: Int, stage: Stage) {
        self.role = role
        self.digest = digest
        self.size = size
        self.stage = stage
    }
}

/// Where events go.
///
/// Implementations must not block for long: events come from the middle of transfers.
package protocol EventSink: Sendable {
    /// Takes note of one event.
    func record(_ event: Event)
}

/// The sink for who does not want to know.
package struct SilentSink: EventSink {
    /// Makes a sink that forgets everything.
    package init() {}

    /// Does nothing.
    package func record(_ event: Event) {}
}
