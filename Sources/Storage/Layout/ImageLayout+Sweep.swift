import Diagnostics
import HostSystem
import OCI
import SystemPackage

extension ImageLayout {
    /// Removes the blobs that no image of the layout reaches any more, and files that an ended process left unfinished.
    ///
    /// Nothing is removed while another process has the layout open, or when not everything that is named can be
    /// followed: whoever comes last sweeps, and in doubt everything stays. What cannot be removed stays too.
    ///
    /// The caller holds the lock on the layout's folder. `flock` may give up a shared lock for a moment when it cannot
    /// make it exclusive; nobody else can sweep in that moment.
    func sweep() {
        guard let blobsInUse, blobsInUse.becomeExclusive() else { return }
        defer { blobsInUse.becomeShared() }
        // Behind a link is another layout's folder, with images that this one knows nothing of.
        guard isFolderItself(spoolDirectory), let reachable = try? reachableDigests() else { return }
        removeFiles(in: path, where: TemporaryFile.isUnfinished)
        removeFiles(in: spoolDirectory, where: TemporaryFile.isUnfinished)
        for algorithm in Digest.Algorithm.allCases {
            removeFiles(in: spoolDirectory.appending(algorithm.rawValue)) { name in
                guard let digest = try? Digest(parsing: "\(algorithm.rawValue):\(name)") else {
                    return TemporaryFile.isUnfinished(name)
                }
                return !reachable.contains(digest)
            }
        }
    }

    private func removeFiles(in folder: FilePath, where isRemoved: (String) -> Bool) {
        guard isFolderItself(folder) else { return }
        for name in (try? Directory.names(in: folder)) ?? [] where isRemoved(name) {
            try? Directory.remove(file: folder.appending(name))
        }
    }

    private func isFolderItself(_ path: FilePath) -> Bool {
        (try? path.stat(followTargetSymlink: false))?.type == .directory
    }

    /// Throws when a manifest is missing, broken or of a kind that is not known: it could name anything.
    private func reachableDigests() throws(Failure) -> Set<Digest> {
        var reachable: Set<Digest> = []
        var manifests = try index().manifests
        while let manifest = manifests.popLast() {
            guard reachable.insert(manifest.digest).inserted else { continue }
            let bytes = try Blob(verifying: path(of: manifest.digest), against: manifest)
                .bytes(limit: Manifest.sizeLimit)
            switch try ManifestDocument(decoding: bytes, mediaType: manifest.mediaType) {
            case .index(let index): manifests += index.manifests
            case .image(let image): reachable.formUnion(image.successors.map(\.digest))
            }
            // What a signature is about, for example (image spec, "Image Manifest", `subject`); it may be missing.
            let referrer = try CanonicalJSON.decode(
                Referrer.self,
                from: bytes,
                as: "manifest",
                failing: .manifestInvalid
            )
            if let subject = referrer.subject, Directory.type(of: path(of: subject.digest)) != nil {
                manifests.append(subject)
            }
        }
        return reachable
    }

    private struct Referrer: Decodable { let subject: Descriptor? }
}
