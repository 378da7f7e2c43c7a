package import Diagnostics
package import OCI

/// A destination that is asked everything, and given nothing: what a copy would do, without doing it.
package struct DryRunDestination<Destination: ContentDestination>: ContentDestination {
    private let destination: Destination

    /// Stands in for a destination.
    package init(_ destination: Destination) { self.destination = destination }

    /// The destination's own answer.
    package var enforcesReferences: Bool { destination.enforcesReferences }

    /// The destination's own answer.
    package func current(_ name: RefName) async throws(Failure) -> Descriptor? {
        try await destination.current(name)
    }

    /// The destination's own answer.
    package func contains(_ descriptor: Descriptor) async throws(Failure) -> Bool {
        try await destination.contains(descriptor)
    }

    /// Fetches nothing either.
    package func take(
        _ descriptor: Descriptor,
        _ fetch: @escaping @Sendable () async throws(Failure) -> Blob
    ) -> CopyReport.Status {
        .copied
    }

    /// Stores nothing.
    package func push(_ blob: Blob) {}

    /// Names nothing.
    package func tag(_ manifest: Blob, as name: RefName) {}
}
