extension Failure.Code {
    /// What an error code means in general, for help and documentation; the error itself gives the details.
    package struct Explanation: Sendable {
        /// What failed.
        package let message: String
        /// The usual cause.
        package let why: String
        /// What to do.
        package let remedy: String

        init(_ message: String, why: String, try remedy: String) {
            self.message = message
            self.why = why
            self.remedy = remedy
        }
    }

    /// The general explanation of this code.
    package var explanation: Explanation {
        switch exitStatus {
        case .usage: usageExplanation
        case .badData: dataExplanation
        case .notFound, .inputOutput, .negativeResult: fileExplanation
        case .configuration, .noPermission: accessExplanation
        case .systemLimit, .internalError, .interrupted, .terminated, .hangup: processExplanation
        default: networkExplanation
        }
    }
}
