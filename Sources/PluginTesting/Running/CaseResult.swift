package import EnvoyRunner

/// The result of a test case.
package struct CaseResult: Sendable {
    /// The name of the case.
    package let name: String
    /// What was not as expected; empty if the case passed.
    package var differences: [Difference]
    /// The plugin's log during the case; the last lines if there are many.
    package let log: [EnvoyLogLine]
    /// The time that the case took, without the start of Envoy.
    package let duration: Duration

    /// Whether the case passed.
    package var isPassed: Bool { differences.isEmpty }
}

/// Something that was not as expected.
package struct Difference: Sendable, Equatable {
    /// What differs: the place in the file below `expect`, such as `headers.x-a`.
    package let subject: String
    /// The expectation.
    package let expected: String
    /// What was found.
    package let got: String
    /// More about it, for example where two long texts differ.
    package let detail: String?

    init(_ subject: String, expected: String, got: String, detail: String? = nil) {
        self.subject = subject
        self.expected = expected
        self.got = got
        self.detail = detail
    }

    /// The difference in one line.
    package var text: String {
        "\(subject): expected \(expected), got \(got)" + (detail.map { "; \($0)" } ?? "")
    }
}
