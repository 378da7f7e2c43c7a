package import Foundation

private let oneAtATime = NSLock()

extension Process {
    /// Starts the program while no other one is started.
    ///
    /// On Linux, `run()` on several threads at once has crashed within Foundation.
    package func runAlone() throws {
        oneAtATime.lock()
        defer { oneAtATime.unlock() }
        try run()
    }
}
