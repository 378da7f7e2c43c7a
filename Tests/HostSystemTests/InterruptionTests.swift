import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import HostSystem

/// Signals end even work that does not want to hear of them; each in a process of its own.
@Suite(.timed, .timeLimit(.minutes(5))) struct InterruptionTests {
    /// Takes note that it is cancelled, and goes on all the same; the alarm ends what is not ended otherwise.
    private static func stubbornWork(_ cancelled: @escaping @Sendable () -> Void) async throws(Failure) {
        signal(SIGALRM, SIG_DFL)
        alarm(120)
        try await Interruption.guarding { () async -> Result<Void, Failure> in
            kill(getpid(), SIGINT)
            while !Task.isCancelled { try? await Task.sleep(for: .milliseconds(5)) }
            cancelled()
            while true {
                // Not `Task.sleep`, which a cancelled task does not get.
                await withCheckedContinuation { continuation in
                    DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(20)) {
                        continuation.resume()
                    }
                }
            }
        }
    }

    @Test func `a second signal ends the process at once`() async {
        // The second one's number: it was not the clock of the first one.
        await #expect(processExitsWith: .exitCode(143)) {
            try await Self.stubbornWork { kill(getpid(), SIGTERM) }
        }
    }

    @Test func `work that does not end after a signal is ended`() async {
        await #expect(processExitsWith: .exitCode(130)) { try await Self.stubbornWork {} }
    }
}
