package import Diagnostics
import HostSystem
package import OCI
import SystemPackage

/// The names in a layout: the descriptors of `index.json` and their annotations.
extension ImageLayout {
    /// Reads the index of the layout.
    ///
    /// Throws ``Failure/Code/layoutCorrupt`` if it is missing or not an index.
    package func index() throws(Failure) -> Index {
        let bytes = try indexBytes()
        do throws(Failure) {
            return try CanonicalJSON.decode(
                Index.self,
                from: bytes,
                as: "index.json in \(path)",
                failing: .layoutCorrupt
            )
        } catch {
            throw error.trying("restore the directory, or build the image again in another one")
        }
    }

    var indexFile: FilePath { path.appending("index.json") }

    private func indexBytes() throws(Failure) -> [UInt8] {
        do throws(Failure) {
            return try ReadableFile.contents(of: indexFile, limit: Manifest.sizeLimit)
        } catch  where error.code == .fileMissing {
            throw Failure(.layoutCorrupt, "\(indexFile) is missing", try: [Self.repair])
        }
    }

    /// Reads the index with everything in it.
    func document() throws(Failure) -> IndexDocument {
        try IndexDocument(decoding: indexBytes(), from: indexFile.string)
    }

    /// Replaces entries of the index by a new one, atomically for readers.
    ///
    /// Keeps the rest of the document, including unknown fields, and returns the removed entries. The caller holds the lock on
    /// the layout's folder.
    func changeIndex(
        removing isReplaced: (Descriptor) -> Bool,
        adding new: Descriptor
    ) throws(Failure) -> [Descriptor] {
        var document = try document()
        var removed: [Descriptor] = []
        _ = document.remove { entry in
            guard isReplaced(entry) else { return false }
            removed.append(entry)
            return true
        }
        try document.append(new)
        try TemporaryFile.write(document.encoded(), to: indexFile)
        return removed
    }

    /// Returns the name of another image that has the same tag as this name; `nil` if there is none.
    package func rival(of name: EntryName, with digest: Digest) throws(Failure) -> String? {
        guard let tag = name.tag else { return nil }
        let rival = try index().manifests.first {
            $0.digest != digest && $0.referenceName == tag && !name.replaces($0)
        }
        return rival.map { $0.fullName ?? $0.digest.short }
    }

    /// Returns the full references of the layout's images, for messages.
    package func names() throws(Failure) -> [String] {
        try index().names
    }
}

extension Descriptor {
    /// The tag in a layout's index.
    package var referenceName: String? { annotations?[AnnotationKey.referenceName] }

    /// The full reference in a layout's index.
    package var fullName: String? { annotations?[AnnotationKey.fullImageName] }

    /// Whether this entry of an index is an image without a name; an artifact of another kind does not count, and neither does
    /// an image of a registry, which is known by its digest.
    var isUntagged: Bool {
        referenceName == nil && fullName == nil && artifactType == nil
            && annotations?[AnnotationKey.servedDigest] == nil
    }

    /// Returns whether this entry of an index has the name of a full reference.
    func isNamed(_ reference: Reference) -> Bool {
        guard let fullName, let own = try? Reference(parsing: fullName) else { return false }
        return own.nameInLayout == reference.nameInLayout
    }
}

extension Reference {
    /// The full name of an image in a layout: with its tag, or with its digest if it has no tag.
    var nameInLayout: String {
        if tag == nil, let digest { return pinned(to: digest).description }
        return tagged(tag ?? .latest).description
    }
}
