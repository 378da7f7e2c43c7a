package import Diagnostics
package import OCI
package import SystemPackage

/// A store that images can be read from.
package protocol ContentSource: Sendable {
    /// Finds the manifest that a name points to; throws ``Failure/Code/notFound`` if it does not exist.
    func resolve(_ name: RefName) async throws(Failure) -> Descriptor
    /// Returns content after verifying it.
    func fetch(_ descriptor: Descriptor) async throws(Failure) -> Blob
}

/// A store of named images on this machine: a layout or an archive.
package protocol LocalStore: ContentSource {
    /// The layout's folder or the archive's file.
    var path: FilePath { get }
    /// Finds an image as ``ContentSource/resolve(_:)`` does, and keeps the index entry's annotations, which include its
    /// names.
    func entry(_ name: RefName) throws(Failure) -> Descriptor
    /// Returns the index entries of one image, or of all images without a name, with their annotations.
    func entries(_ name: RefName?) throws(Failure) -> [Descriptor]
}

/// A store that images can be written to.
package protocol ContentDestination: Sendable {
    /// Whether a name never points to an image with missing parts, so that the parts of an existing image are not checked.
    ///
    /// A registry rejects a manifest whose blobs it does not have; a folder can be damaged.
    var enforcesReferences: Bool { get }
    /// Returns the manifest that a name points to now; `nil` if the name does not exist.
    func current(_ name: RefName) async throws(Failure) -> Descriptor?
    /// Returns whether the content exists.
    func contains(_ descriptor: Descriptor) async throws(Failure) -> Bool
    /// Stores content, and fetches its bytes only if the store cannot copy them from another repository; returns which.
    func store(
        _ descriptor: Descriptor,
        orFetch fetch: @escaping @Sendable () async throws(Failure) -> Blob
    ) async throws(Failure) -> CopyReport.Status
    /// Stores content; storing it again changes nothing.
    func push(_ blob: Blob) async throws(Failure)
    /// Stores a manifest under a name: the commit point, after all content that the manifest refers to has been stored.
    func tag(_ manifest: Blob, as name: RefName) async throws(Failure)
}

extension ContentDestination {
    /// Always fetches and pushes the content: only a registry can mount blobs from other repositories.
    package func store(
        _ descriptor: Descriptor,
        orFetch fetch: @escaping @Sendable () async throws(Failure) -> Blob
    ) async throws(Failure) -> CopyReport.Status {
        try await push(fetch())
        return .copied
    }
}
