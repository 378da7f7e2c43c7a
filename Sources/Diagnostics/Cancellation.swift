extension Failure {
    /// The failure of work whose task was canceled.
    package static var interrupted: Failure { Failure(.interrupted, "interrupted") }
}

/// Throws ``Failure/Code/interrupted`` if the current task is canceled; for long work that does not suspend.
package func checkCancellation() throws(Failure) {
    if Task.isCancelled { throw .interrupted }
}

extension Sequence {
    /// The elements, until the current task is canceled; looks at every 1024th.
    ///
    /// For long loops that cannot throw. Their caller throws the cancellation, and uses no result of theirs.
    package var untilCanceled: some Sequence<Element> {
        lazy.enumerated().prefix { $0.offset & 0x3FF != 0 || !Task.isCancelled }.map(\.element)
    }
}
