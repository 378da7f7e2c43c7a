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
    func sweep() async {
        guard let blobsInUse, blobsInUse.becomeExclusive() else { return }
        defer { blobsInUse.becomeShared() }
        // Behind a link is another layout's folder, with images that this one knows nothing of.
        guard isFolderItself(spoolDirectory), let reachable = try? await reachableDigests() else { return }
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

    /// Throws when a manifest is missing, broken, too deep or of a kind that is not known: it could name anything.
    private func reachableDigests() async throws(Failure) -> Set<Digest> {
        var reachable: Set<Digest> = []
        var roots = try index().manifests
        while let root = roots.popLast() {
            try await ManifestGraph.walk(
                from: root,
                reading: { manifest throws(Failure) in
                    guard reachable.insert(manifest.digest).inserted else { return nil }
                    return try Blob(verifying: path(of: manifest.digest), against: manifest)
                },
                visit: { step throws(Failure) in
                    switch step {
                    case .begin(let node):
                        if let subject = try subject(of: node) { roots.append(subject) }
                    case .content(let parts, let node):
                        if case .index = node.document, let part = parts.first {
                            throw Failure(
                                .manifestUnsupported,
                                "\(part.digest) is of a kind that is not known"
                            )
                        }
                        reachable.formUnion(parts.map(\.digest))
                    case .end: break
                    }
                }
            )
        }
        return reachable
    }

    /// What a signature is about, for example (image spec, "Image Manifest", `subject`); it may be missing.
    private func subject(of node: ManifestGraph.Node) throws(Failure) -> Descriptor? {
        let referrer = try CanonicalJSON.decode(
            Referrer.self,
            from: node.blob.bytes(limit: Manifest.sizeLimit),
            as: "manifest",
            failing: .manifestInvalid
        )
        return referrer.subject.flatMap { Directory.type(of: path(of: $0.digest)) == nil ? nil : $0 }
    }

    private struct Referrer: Decodable { let subject: Descriptor? }
}
