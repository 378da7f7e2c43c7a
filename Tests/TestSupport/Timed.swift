import Foundation
package import Testing

/// Prints the duration of each test on standard error, for the list of the slowest tests (Tests/Support/run_tests.py).
///
/// Swift Testing's durations include the time that a test waits for its turn.
package struct Timed: SuiteTrait, TestTrait, TestScoping {
    /// Applies to every test case of the suite.
    package let isRecursive = true

    /// Measures the duration of a test case.
    package func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        let start = ContinuousClock.now
        defer {
            let seconds = start.duration(to: .now) / .seconds(1)
            let name = "\(test.sourceLocation.fileID): \(test.displayName ?? test.name)"
            // One write, so that no other line is mixed into it.
            FileHandle.standardError.write(Data("◷ \(seconds) \(name)\n".utf8))
        }
        try await function()
    }
}

extension Trait where Self == Timed {
    /// Adds tests to the list of the slowest; for suites that start programs, transfer data or wait.
    package static var timed: Self { Timed() }
}
