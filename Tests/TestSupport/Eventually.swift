/// Waits until a condition is met; for conditions that nothing announces, such as the size of a file.
///
/// - Parameters:
///   - what: the awaited event, for the error.
///   - limit: the time limit; it is only reached by a failing test.
///   - condition: the condition, which is checked every 10 milliseconds.
/// - Throws: an error at the time limit, and the condition's own errors.
package func wait(
    for what: String,
    within limit: Duration = .seconds(240),
    until condition: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < end else { throw PeerError("\(what): not within \(limit)") }
        try await Task.sleep(for: .milliseconds(10))
    }
}
