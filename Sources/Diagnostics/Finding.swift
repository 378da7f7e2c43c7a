/// A predicted problem with a module or image.
package struct Finding: Hashable, Sendable {
    /// How bad it is.
    package enum Severity: String, Sendable, Comparable, CaseIterable {
        /// Information: nothing is wrong, or the result depends on running the module.
        case note
        /// It may fail: with an older proxy, or in a way that only shows later.
        case warning
        /// It will be rejected, or will not work.
        case error

        /// Notes before warnings before errors.
        package static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .note: 0
            case .warning: 1
            case .error: 2
            }
        }
    }

    /// One of several things with the same fault, such as an import.
    package struct Subject: Hashable, Sendable {
        /// The thing as in the message.
        let text: String
        /// The thing in a list.
        package let name: String
        /// What several of them are called.
        let plural: String

        /// Describes a thing; `text` is its text in the message, if it differs from its name.
        package init(_ name: String, _ plural: String, as text: String? = nil) {
            self.name = name
            self.plural = plural
            self.text = text ?? name
        }
    }

    /// What findings of one cause have in common; `nil` for a finding without a subject.
    package var cause: String? {
        subject.map { id + message.replacing($0.text, with: "") + hints.joined() }
    }

    /// Returns the message for several findings of this cause: their number instead of the subject.
    package func message(forAll count: Int) -> String {
        subject.map { message.replacing($0.text, with: "\(count) \($0.plural)") } ?? message
    }

    /// The stable name of this kind of finding, for example `missing-import`: only ever added, never renamed.
    package let id: String
    /// How bad it is.
    package let severity: Severity
    /// The finding, as one sentence.
    package let message: String
    /// What the consumer prints, word for word; `nil` when it says nothing.
    package let consumerMessage: String?
    /// What to do, best first; may be empty.
    package let hints: [String]
    /// The part of the message that differs between findings of one cause; `nil` for a single finding.
    package let subject: Subject?
    /// Its offset, in bytes from the start of the module; `nil` if it has no single position.
    package let offset: Int?

    /// Describes a finding.
    package init(
        _ id: String,
        _ severity: Severity,
        _ message: String,
        consumerMessage: String? = nil,
        try hints: [String] = [],
        about subject: Subject? = nil,
        offset: Int? = nil
    ) {
        self.id = id
        self.severity = severity
        self.message = message
        self.consumerMessage = consumerMessage
        self.hints = hints
        self.subject = subject
        self.offset = offset
    }
}
