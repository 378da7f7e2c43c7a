import Archive
import Diagnostics
import HostSystem
import OCI
import SystemPackage

/// The files of an archive as `docker save`, skopeo, buildah and go-containerregistry write it, and the images in it.
///
/// There is no manifest in such an archive: one is made, with Docker's types, from the config and the layers as they are.
/// What proves them is the config: its diffIDs, and its own digest where it is named after it.
struct DockerArchive {
    private let path: FilePath
    private let limits: ArchiveLimits
    /// The files by their names, blobs of a layout among them.
    private var files: [String: Blob] = [:]
    /// What the links lead to.
    private var links: [String: String] = [:]
    private var configs: [Digest: ImageConfig] = [:]
    private var diffIDs: [Digest: Digest] = [:]
    /// How many bytes packed layers have unpacked to.
    private var unpackedSize = 0

    /// The longest name that is kept, in bytes, though a tar's may have a megabyte: Linux's `PATH_MAX`.
    private static let nameLimit = 4096

    init(of path: FilePath, limits: ArchiveLimits) {
        self.path = path
        self.limits = limits
    }

    /// Whether an entry of this name can be part of an image at all.
    static func canKeep(_ name: String) -> Bool { name.utf8.count <= nameLimit }

    /// Whether there is an entry of this name.
    func has(_ name: String) -> Bool { files[name] != nil || links[name] != nil }

    /// Keeps a file.
    mutating func add(_ blob: Blob, named name: String) { files[name] = blob }

    /// Keeps a link, for when the list of images names it.
    mutating func add(linkTo target: String, named name: String) {
        if Self.canKeep(target) { links[name] = target }
    }

    /// The images that `manifest.json` lists, under all their names, and what was made for them.
    mutating func images(listed list: [UInt8]) throws(Failure) -> (index: Index, blobs: [Blob]) {
        let entries = try CanonicalJSON.decode(
            [DockerArchiveEntry].self,
            from: list,
            as: "manifest.json in \(path)",
            failing: .archiveInvalid
        )
        var index: [Descriptor] = []
        var blobs: [Blob] = []
        for entry in entries {
            try checkCancellation()
            let (manifest, parts) = try image(entry)
            blobs += parts + [manifest]
            let names = (entry.repoTags ?? []).compactMap { try? Reference(parsing: $0) }
            index +=
                names.isEmpty
                ? [manifest.descriptor]
                : names.map { manifest.descriptor.annotated(EntryName(.reference($0)).annotations) }
        }
        return (Index(manifests: index), blobs)
    }

    private mutating func image(_ entry: DockerArchiveEntry) throws(Failure) -> (
        manifest: Blob, parts: [Blob]
    ) {
        let config = try file(entry.config)
        if let named = entry.config.digestInName, named != config.descriptor.digest {
            throw Failure(
                archive: path,
                "is damaged: \(entry.config.shown) does not hash to its name",
                why: "its digest is \(config.descriptor.digest)"
            )
        }
        let expected = try decoded(config).rootfs?.diffIDs ?? []
        guard expected.count == entry.layers.count else {
            throw Failure(
                archive: path,
                "contradicts itself",
                why: "the config lists \(expected.count) diffIDs for \(entry.layers.count) layers"
            )
        }
        var layers: [Descriptor] = []
        var parts = [config]
        for (name, diffID) in zip(entry.layers, expected) {
            let layer = try file(name)
            let isPacked = try layer.isPacked
            try verify(layer, isPacked: isPacked, against: diffID, named: name)
            layers.append(layer.descriptor.typed(isPacked ? .dockerLayerTarGzip : .dockerLayerTar))
            parts.append(layer)
        }
        let manifest = Manifest(
            mediaType: .dockerManifest,
            config: config.descriptor.typed(.dockerImageConfig),
            layers: layers
        )
        return (Blob(try CanonicalJSON.encode(manifest), mediaType: .dockerManifest), parts)
    }

    /// The file of a name, or the one that a link of this name leads to; nothing outside of the archive is ever looked at.
    private func file(_ name: String) throws(Failure) -> Blob {
        let parts = name.split(separator: "/").filter { $0 != "." }
        let plain = parts.joined(separator: "/")
        if let file = files[plain] { return file }
        if let link = links[plain], let target = Self.target(of: link, in: parts.dropLast()),
            let file = files[target]
        {
            return file
        }
        throw Failure(
            archive: path,
            "lacks a part of its image",
            why: "manifest.json names \(name.shown), which is not in it"
        )
    }

    /// The name that a link in a folder leads to; `nil` for one that leads out of the archive.
    private static func target(of link: String, in folder: ArraySlice<Substring>) -> String? {
        guard !link.hasPrefix("/") else { return nil }
        var parts = Array(folder)
        for part in link.split(separator: "/") where part != "." {
            if part != ".." {
                parts.append(part)
            } else if parts.popLast() == nil {
                return nil
            }
        }
        return parts.joined(separator: "/")
    }

    private mutating func decoded(_ blob: Blob) throws(Failure) -> ImageConfig {
        if let known = configs[blob.descriptor.digest] { return known }
        let config = try CanonicalJSON.decode(
            ImageConfig.self,
            from: blob.bytes(limit: ImageConfig.sizeLimit),
            as: "image config in \(path)",
            failing: .archiveInvalid
        )
        configs[blob.descriptor.digest] = config
        return config
    }

    private mutating func verify(_ layer: Blob, isPacked: Bool, against diffID: Digest, named name: String)
        throws(Failure)
    {
        let digest = isPacked ? try unpackedDigest(of: layer, named: name) : layer.descriptor.digest
        guard digest != diffID else { return }
        throw Failure(
            archive: path,
            "is damaged: \(name.shown) does not match its diffID",
            why: "the config says \(diffID), its tar has \(digest)"
        )
    }

    private mutating func unpackedDigest(of layer: Blob, named name: String) throws(Failure) -> Digest {
        if let known = diffIDs[layer.descriptor.digest] { return known }
        do throws(Failure) {
            let tar = HashingSource(
                try GzipReader(layer.source()),
                limit: limits.bytes - unpackedSize,
                overflow: Failure(
                    archive: path,
                    "is too large",
                    why: "its layers unpack to more than \(limits.bytes) bytes"
                )
            )
            try tar.forEachPiece { _ in }
            unpackedSize += tar.byteCount
            diffIDs[layer.descriptor.digest] = tar.digest
            return tar.digest
        } catch  where error.code == .layerInvalid {
            throw Failure(archive: path, "is damaged: \(name.shown)", why: error.why ?? error.message)
        }
    }
}

extension Blob {
    /// Whether it begins as gzip does.
    fileprivate var isPacked: Bool {
        get throws(Failure) {
            let head = UnsafeMutableRawBufferPointer.allocate(byteCount: 2, alignment: 1)
            defer { head.deallocate() }
            let count = try source().read(into: head)
            return LayerReader.Compression(of: Array(head[..<count])) == .gzip
        }
    }
}

extension Descriptor {
    /// The same bytes as content of another type.
    fileprivate func typed(_ mediaType: MediaType) -> Descriptor {
        Descriptor(mediaType: mediaType, digest: digest, size: size)
    }
}

extension String {
    /// The name for a message.
    fileprivate var shown: String { truncated(to: 160) }

    /// The digest that a config's file is named after: `HEX.json` as Docker does, `sha256:HEX` as go-containerregistry.
    fileprivate var digestInName: Digest? {
        let stem = hasSuffix(".json") ? String(dropLast(5)) : self
        return try? Digest(parsing: stem.hasPrefix("sha256:") ? stem : "sha256:" + stem)
    }
}
