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
    /// Removes nothing while another process has the layout open, or if a manifest that has to be read cannot be followed. The
    /// last process that has the layout open sweeps it. Files that cannot be removed are kept.
    ///
    /// The caller holds the lock on the layout's folder. `flock` may release a shared lock for a moment if it cannot make
    /// it exclusive; no other process can sweep in that moment.
    ///
    /// - Parameters:
    ///   - own: the blobs that this process wrote.
    ///   - replaced: the entries that it removed from the index; their content counts as its own.
    func sweep(own: Set<Digest>, replaced: [Descriptor] = []) async {
        guard let blobsInUse, blobsInUse.becomeExclusive() else { return }
        defer { blobsInUse.becomeShared() }
        // A link may lead into another layout, whose images this layout does not list.
        guard isFolderItself(spoolDirectory) else { return }
        let own = own.union((try? await reachableDigests(from: replaced)) ?? [])
        var removable: Set<Digest> = []
        var unfinished = unfinishedFiles(in: path) + unfinishedFiles(in: spoolDirectory)
        for algorithm in Digest.Algorithm.allCases {
            let folder = spoolDirectory.appending(algorithm.rawValue)
            unfinished += unfinishedFiles(in: folder)
            removable.formUnion(removableBlobs(in: folder, of: algorithm, own: own))
        }
        guard let unreferenced = try? await unreferenced(among: removable) else { return }
        for file in unfinished + unreferenced.map(path(of:)) { try? Directory.remove(file: file) }
    }

    /// Returns the files that an ended process left behind; empty for a link to a folder.
    private func unfinishedFiles(in folder: FilePath) -> [FilePath] {
        guard isFolderItself(folder) else { return [] }
        let names = try? Directory.entries(in: folder, where: TemporaryFile.isUnfinished)
        return (names ?? []).map { folder.appending($0) }
    }

    /// Returns the blobs that may be removed if no image refers to them: a process's own ones and old ones.
    private func removableBlobs(in folder: FilePath, of algorithm: Digest.Algorithm, own: Set<Digest>)
        -> [Digest]
    {
        guard isFolderItself(folder) else { return [] }
        func blob(_ name: String) -> Digest? { try? Digest(parsing: "\(algorithm.rawValue):\(name)") }
        // Most blobs are neither, and get no path.
        let names = try? Directory.entries(in: folder) { name in
            guard let digest = blob(name) else { return false }
            return own.contains(digest) || Directory.age(of: folder.appending(name)) ?? .zero >= Self.leastAge
        }
        return (names ?? []).compactMap { blob($0.string) }
    }

    /// Returns those of some blobs to which no image refers.
    ///
    /// Reads the newest images first, and no more of them than needed: all images only if a blob is unreferenced or old. Throws
    /// as ``reachableDigests(from:)`` does.
    private func unreferenced(among blobs: Set<Digest>) async throws(Failure) -> Set<Digest> {
        var unreferenced = blobs
        var roots = try index().manifests
        var visited: Set<Digest> = []
        while !unreferenced.isEmpty, let root = roots.popLast() {
            try await walk(from: root, &visited) { unreferenced.subtract($0) }
        }
        return unreferenced
    }

    private func isFolderItself(_ path: FilePath) -> Bool {
        (try? path.stat(followTargetSymlink: false))?.type == .directory
    }

    /// Returns the digests of images and of all their content.
    ///
    /// Throws if a manifest is missing, invalid, nested too deeply or of an unknown type: it could refer to any blob.
    private func reachableDigests(from roots: [Descriptor]) async throws(Failure) -> Set<Digest> {
        var reachable: Set<Digest> = []
        var visited: Set<Digest> = []
        for root in roots {
            try await walk(from: root, &visited) { reachable.formUnion($0) }
        }
        return reachable
    }

    /// Walks an image and what it is attached to, except manifests that have been visited; `body` receives the digests.
    private func walk(
        from root: Descriptor,
        _ visited: inout Set<Digest>,
        _ body: ([Digest]) -> Void
    ) async throws(Failure) {
        var roots = [root]
        while let root = roots.popLast() {
            try await ManifestGraph.walk(
                from: root,
                reading: { manifest throws(Failure) in
                    guard visited.insert(manifest.digest).inserted else { return nil }
                    body([manifest.digest])
                    let file = path(of: manifest.digest)
                    let bytes = try ReadableFile.contents(
                        of: file,
                        limit: Manifest.sizeLimit,
                        links: .rejected
                    )
                    return try Blob(verifying: bytes, against: manifest, from: file.string)
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
                        body(parts.map(\.digest))
                    case .end: break
                    }
                }
            )
        }
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
