/// One thing that a consumer will say or do about a module or an image, known before it gets there.
package struct Finding: Hashable, Sendable {
    /// How bad it is.
    package enum Severity: String, Sendable, Comparable, CaseIterable {
        /// Information: nothing is wrong, or the result depends on running the module.
        case note
        /// It may fail: with an older proxy, or in a way that only shows later.
        case warning
        /// It will be refused, or will not work.
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
    /// Its offset, in bytes from the start of the module; `nil` without a single place.
    package let offset: Int?

    /// Describes a finding.
    package init(
        _ id: String,
        _ severity: Severity,
        _ message: String,
        consumerMessage: String? = nil,
        try hints: [String] = [],
        offset: Int? = nil
    ) {
        self.id = id
        self.severity = severity
        self.message = message
        self.consumerMessage = consumerMessage
        self.hints = hints
        self.offset = offset
    }
}
