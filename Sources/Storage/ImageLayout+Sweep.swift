import Diagnostics
import HostSystem
import OCI
import SystemPackage

extension ImageLayout {
    /// Removes the blobs that no image of the layout reaches any more, and files that an ended process left unfinished.
    ///
    /// Nothing is removed while another process has the layout open, or when a manifest cannot be read: whoever comes
    /// last sweeps, and in doubt everything stays.
    func sweep() async throws(Failure) {
        guard let blobsInUse, blobsInUse.becomeExclusive() else { return }
        defer { blobsInUse.becomeShared() }
        guard let reachable = try? reachableDigests() else { return }
        for algorithm in Digest.Algorithm.allCases {
            let folder = path.appending("blobs").appending(algorithm.rawValue)
            guard Directory.exists(folder) else { continue }
            for name in try Directory.names(in: folder) {
                guard let digest = try? Digest(parsing: "\(algorithm.rawValue):\(name)") else { continue }
                if !reachable.contains(digest) { try Directory.remove(file: folder.appending(name)) }
            }
        }
        for folder in [path, spoolDirectory] {
            for name in try Directory.names(in: folder) where name.hasPrefix(TemporaryFile.prefix) {
                try Directory.remove(file: folder.appending(name))
            }
        }
    }

    private func reachableDigests() throws(Failure) -> Set<Digest> {
        var reachable: Set<Digest> = []
        var waiting = try index().manifests
        while let descriptor = waiting.popLast() {
            guard reachable.insert(descriptor.digest).inserted, descriptor.mediaType.isStoredAsManifest else {
                continue
            }
            let bytes = try ReadableFile.contents(of: path(of: descriptor.digest), limit: Manifest.sizeLimit)
            waiting += try ManifestDocument(decoding: bytes, mediaType: descriptor.mediaType).successors
        }
        return reachable
    }
}
