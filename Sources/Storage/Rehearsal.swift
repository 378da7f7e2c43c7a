public import Diagnostics
public import OCI

/// A destination that is asked everything, and given nothing: what a copy would do, without doing it.
public struct Rehearsal<Destination: ContentDestination>: ContentDestination {
    private let destination: Destination

    /// Stands in for a destination.
    public init(_ destination: Destination) { self.destination = destination }

    /// The destination's own answer.
    public var keepsImagesWhole: Bool { destination.keepsImagesWhole }

    /// The destination's own answer.
    public func current(_ name: RefName) async throws(Failure) -> Descriptor? {
        try await destination.current(name)
    }

    /// The destination's own answer.
    public func contains(_ descriptor: Descriptor) async throws(Failure) -> Bool {
        try await destination.contains(descriptor)
    }

    /// Fetches nothing either.
    public func take(
        _ descriptor: Descriptor,
        _ fetch: @escaping @Sendable () async throws(Failure) -> Blob
    ) -> CopyReport.Status {
        .copied
    }

    /// Stores nothing.
    public func push(_ blob: Blob) {}

    /// Names nothing.
    public func tag(_ manifest: Blob, as name: RefName) {}
}
