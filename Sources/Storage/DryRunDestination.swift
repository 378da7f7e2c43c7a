package import Diagnostics
package import OCI

/// A destination for a dry run: forwards every query, and writes nothing.
package struct DryRunDestination<Destination: ContentDestination>: ContentDestination {
    private let destination: Destination

    /// Wraps the destination whose state is queried.
    package init(_ destination: Destination) { self.destination = destination }

    /// The wrapped destination's value.
    package var enforcesReferences: Bool { destination.enforcesReferences }

    /// Returns the manifest that a name points to in the wrapped destination.
    package func current(_ name: RefName) async throws(Failure) -> Descriptor? {
        try await destination.current(name)
    }

    /// Returns whether the wrapped destination has the content.
    package func contains(_ descriptor: Descriptor) async throws(Failure) -> Bool {
        try await destination.contains(descriptor)
    }

    /// Does nothing, and reports the content as copied.
    package func store(
        _ descriptor: Descriptor,
        orFetch fetch: @escaping @Sendable () async throws(Failure) -> Blob
    ) -> CopyReport.Status {
        .copied
    }

    /// Does nothing.
    package func push(_ blob: Blob) {}

    /// Does nothing.
    package func tag(_ manifest: Blob, as name: RefName) {}
}
