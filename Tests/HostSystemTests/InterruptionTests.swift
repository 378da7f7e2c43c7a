import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import HostSystem

/// Signals end even work that ignores cancellation; each test runs in a separate process.
@Suite(.timed, .timeLimit(.minutes(5))) struct InterruptionTests {
    /// Records the cancellation and continues; the alarm ends the process if nothing else does.
    private static func stubbornWork(_ cancelled: @escaping @Sendable () -> Void) async throws(Failure) {
        signal(SIGALRM, SIG_DFL)
        alarm(120)
        try await Interruption.guarding { () async -> Result<Void, Failure> in
            kill(getpid(), SIGINT)
            // Ends when the task is canceled, long before its time.
            try? await Task.sleep(for: .seconds(3600))
            cancelled()
            // Nothing resumes this.
            await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
            return .success(())
        }
    }

    @Test func `a second signal ends the process immediately`() async {
        // The number of the second signal shows that the timer of the first one did not end the process.
        await #expect(processExitsWith: .exitCode(143)) {
            try await Self.stubbornWork { kill(getpid(), SIGTERM) }
        }
    }

    @Test func `ends the process if the work continues after a signal`() async {
        await #expect(processExitsWith: .exitCode(130)) { try await Self.stubbornWork {} }
    }
}
