package import Diagnostics
package import OCI
package import SystemPackage

/// Where images can be read from.
package protocol ContentSource: Sendable {
    /// Finds the manifest that a name stands for; throws ``Failure/Code/notFound`` when there is none.
    func resolve(_ name: RefName) async throws(Failure) -> Descriptor
    /// Gives content, verified before it is returned.
    func fetch(_ descriptor: Descriptor) async throws(Failure) -> Blob
}

/// Images on this machine, under names: a layout or an archive.
package protocol LocalStore: ContentSource {
    /// The layout's folder or the archive's file.
    var path: FilePath { get }
    /// Finds an image as ``ContentSource/resolve(_:)`` does, with the annotations that stand in the index, the names among
    /// them.
    func entry(_ name: RefName) throws(Failure) -> Descriptor
    /// Finds one image, or without a name all of them, with the annotations that stand in the index.
    func entries(_ name: RefName?) throws(Failure) -> [Descriptor]
}

/// Where images can be written to.
package protocol ContentDestination: Sendable {
    /// Whether a name never points at an image with missing parts, so that a name found in place needs no second look.
    ///
    /// A registry refuses a manifest whose blobs it does not have; a folder can be damaged.
    var enforcesReferences: Bool { get }
    /// What a name stands for now; `nil` when it stands for nothing.
    func current(_ name: RefName) async throws(Failure) -> Descriptor?
    /// Whether the content is there already.
    func contains(_ descriptor: Descriptor) async throws(Failure) -> Bool
    /// Stores content whose bytes are fetched only if the store cannot get them by itself; tells which it was.
    func take(
        _ descriptor: Descriptor,
        _ fetch: @escaping @Sendable () async throws(Failure) -> Blob
    ) async throws(Failure) -> CopyReport.Status
    /// Stores content; storing it again changes nothing.
    func push(_ blob: Blob) async throws(Failure)
    /// Stores a manifest under a name: the commit point, after everything that the manifest names is there.
    func tag(_ manifest: Blob, as name: RefName) async throws(Failure)
}

extension ContentDestination {
    /// Fetches, always: only a registry has other repositories to take from.
    package func take(
        _ descriptor: Descriptor,
        _ fetch: @escaping @Sendable () async throws(Failure) -> Blob
    ) async throws(Failure) -> CopyReport.Status {
        try await push(fetch())
        return .copied
    }
}
