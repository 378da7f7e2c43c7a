import Diagnostics
import HostSystem
import OCI
import SystemPackage

extension ImageLayout {
    /// The minimum age before an unreferenced blob is removed: another process may be about to reference a newer one.
    private static let leastAge = Duration.seconds(24 * 3600)

    /// Removes unreferenced blobs that this process wrote or that are older than a day, and unfinished files that an ended process left
    /// behind.
    ///
    /// Removes nothing while another process has the layout open, or if a manifest cannot be followed. The last process
    /// that has the layout open sweeps it. Files that cannot be removed are kept.
    ///
    /// `own` are the blobs that this process wrote, and those of the image that it replaced.
    ///
    /// The caller holds the lock on the layout's folder. `flock` may release a shared lock for a moment if it cannot make
    /// it exclusive; no other process can sweep in that moment.
    func sweep(own: Set<Digest>) async {
        guard let blobsInUse, blobsInUse.becomeExclusive() else { return }
        defer { blobsInUse.becomeShared() }
        // A link may lead into another layout, whose images this layout does not list.
        guard isFolderItself(spoolDirectory), let reachable = try? await reachableDigests() else { return }
        removeFiles(in: path, where: TemporaryFile.isUnfinished)
        removeFiles(in: spoolDirectory, where: TemporaryFile.isUnfinished)
        for algorithm in Digest.Algorithm.allCases {
            let folder = spoolDirectory.appending(algorithm.rawValue)
            removeFiles(in: folder) { name in
                guard let digest = try? Digest(parsing: "\(algorithm.rawValue):\(name)") else {
                    return TemporaryFile.isUnfinished(name)
                }
                guard !reachable.contains(digest) else { return false }
                return own.contains(digest)
                    || Directory.age(of: folder.appending(name)).map { $0 >= Self.leastAge } ?? false
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

    /// Throws if a manifest is missing, invalid, nested too deeply or of an unknown type: it could refer to any blob.
    func reachableDigests() async throws(Failure) -> Set<Digest> {
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
                                "\(part.digest) has an unknown type"
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

    /// Returns the manifest that a referrer such as a signature refers to (image spec, "Image Manifest", `subject`), if it
    /// exists.
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
