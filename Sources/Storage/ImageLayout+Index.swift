public import Diagnostics
import HostSystem
public import OCI
import SystemPackage

/// The names in a layout: the descriptors of `index.json` and their annotations.
extension ImageLayout {
    /// The index of the layout.
    ///
    /// Throws ``Failure/Code/layoutCorrupt`` when it is missing or not an index.
    public func index() throws(Failure) -> Index {
        let file = path.appending("index.json")
        let bytes: [UInt8]
        do throws(Failure) {
            bytes = try ReadableFile.contents(of: file, limit: Manifest.sizeLimit)
        } catch  where error.code == .fileMissing {
            throw Failure(.layoutCorrupt, "\(file) is missing", try: ["build the layout again"])
        }
        return try CanonicalJSON.decode(Index.self, from: bytes, as: file.string, failing: .layoutCorrupt)
    }

    /// Changes the index in one step that readers see whole or not at all; others that change it wait.
    func changeIndex(_ change: (inout Index) -> Void) throws(Failure) {
        let lock = try DirectoryLock(on: path, isShared: false)
        try withExtendedLifetime(lock) { () throws(Failure) in
            var index = try index()
            change(&index)
            try TemporaryFile.write(CanonicalJSON.encode(index), to: path.appending("index.json"))
        }
    }

    /// The full references under which the layout's images are known, for messages.
    public func names() throws(Failure) -> [String] {
        try index().manifests.map { $0.fullName ?? $0.referenceName ?? $0.digest.description }
    }
}

extension Descriptor {
    /// The tag in a layout's index.
    public var referenceName: String? { annotations?[AnnotationKey.referenceName] }

    /// The full reference in a layout's index.
    public var fullName: String? { annotations?[AnnotationKey.fullImageName] }

    /// Whether nothing names this entry of an index.
    var isUntagged: Bool { referenceName == nil && fullName == nil }

    /// Whether this entry of an index is what a full reference names.
    func isNamed(_ reference: Reference) -> Bool {
        guard let fullName, let own = try? Reference(parsing: fullName) else { return false }
        return own.registry == reference.registry && own.repository == reference.repository
            && own.tag == (reference.tag ?? .latest)
    }
}
