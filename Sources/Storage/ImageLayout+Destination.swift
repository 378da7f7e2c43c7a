import Archive
public import Diagnostics
import HostSystem
public import OCI
import SystemPackage

extension ImageLayout: ContentDestination {
    /// Never: a folder can be damaged, so every blob is looked at.
    public var keepsImagesWhole: Bool { false }

    /// What a name stands for in this layout, under exactly that name.
    public func current(_ name: RefName) async throws(Failure) -> Descriptor? {
        try index().manifests.first { $0.isReplaced(by: name) }?.annotated(nil)
    }

    /// Whether a blob is there and is what its name says.
    public func contains(_ descriptor: Descriptor) async throws(Failure) -> Bool {
        (try? Blob(verifying: path(of: descriptor.digest), against: descriptor)) != nil
    }

    /// Writes a blob, in one step that readers see whole or not at all.
    public func push(_ blob: Blob) async throws(Failure) {
        let target = path(of: blob.descriptor.digest)
        try Directory.create(target.directory)
        switch blob.content {
        case .bytes(let bytes):
            try TemporaryFile.write(bytes, to: target)
        case .file(let source, let owner):
            if let owner, source.directory == spoolDirectory {
                // It was made for this layout: its last step is a new name.
                try owner.move(to: target)
            } else {
                try writeCopy(of: blob, to: target)
            }
        }
    }

    /// Writes a manifest and names it: an older image of that name is replaced, and what nothing names any more goes.
    public func tag(_ manifest: Blob, as name: RefName) async throws(Failure) {
        try await push(manifest)
        let lock = try DirectoryLock(on: path, isShared: false)
        try withExtendedLifetime(lock) { () throws(Failure) in
            try changeIndex(
                removing: { $0.isReplaced(by: name) },
                adding: manifest.descriptor.annotated(name.annotations)
            )
            sweep()
        }
    }

    private func writeCopy(of blob: Blob, to target: FilePath) throws(Failure) {
        let spool = try BlobSpool(in: spoolDirectory, algorithm: blob.descriptor.digest.algorithm)
        try blob.source().forEachPiece { piece throws(Failure) in try spool.write(piece) }
        // The source may have changed since it was proven.
        let copy = try spool.finish(verifying: blob.descriptor, from: target.string)
        guard case .file(_, let owner?) = copy.content else { return }
        try owner.move(to: target)
    }
}

extension RefName {
    /// What an entry of a layout's index carries under this name.
    fileprivate var annotations: Annotations? {
        switch self {
        case .reference(let reference):
            var annotations = [AnnotationKey.fullImageName: reference.nameInLayout]
            if reference.tag != nil || reference.digest == nil {
                annotations[AnnotationKey.referenceName] = (reference.tag ?? .latest).description
            }
            return annotations
        case .tag(let tag): return [AnnotationKey.referenceName: tag.description]
        case .digest, .only: return nil
        }
    }
}

extension Descriptor {
    /// Whether an entry of an index has to go when another image takes a name.
    fileprivate func isReplaced(by name: RefName) -> Bool {
        switch name {
        case .reference(let reference): isNamed(reference)
        case .tag(let tag): referenceName == tag.description && fullName == nil
        case .digest, .only: isUntagged
        }
    }
}
