extension Failure {
    /// The failure of work whose task was canceled.
    package static var interrupted: Failure { Failure(.interrupted, "interrupted") }
}

/// Throws ``Failure/Code/interrupted`` if the current task is canceled; for long work that does not suspend.
package func checkCancellation() throws(Failure) {
    if Task.isCancelled { throw .interrupted }
}
