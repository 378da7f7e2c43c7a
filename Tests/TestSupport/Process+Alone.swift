package import Foundation

private let oneAtATime = NSLock()

extension Process {
    /// Starts the program, one program at a time.
    ///
    /// On Linux, parallel calls of `run()` have crashed in Foundation.
    package func runAlone() throws {
        oneAtATime.lock()
        defer { oneAtATime.unlock() }
        try run()
    }
}
