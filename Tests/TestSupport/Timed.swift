import Foundation
package import Testing

/// Says on standard error how long each test took, for the list of the slowest (Tests/Support/run_tests.py).
///
/// Swift Testing's own times begin when a test begins to wait for its turn.
package struct Timed: SuiteTrait, TestTrait, TestScoping {
    /// Every test of the suite, each of its cases.
    package let isRecursive = true

    /// Takes the time of one case.
    package func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        let start = ContinuousClock.now
        defer {
            let seconds = start.duration(to: .now) / .seconds(1)
            let name = "\(test.sourceLocation.fileID): \(test.displayName ?? test.name)"
            // In one piece, so that no other line gets into it.
            FileHandle.standardError.write(Data("◷ \(seconds) \(name)\n".utf8))
        }
        try await function()
    }
}

extension Trait where Self == Timed {
    /// Has its tests in the list of the slowest: for suites that start programs, or move or wait for anything.
    package static var timed: Self { Timed() }
}
