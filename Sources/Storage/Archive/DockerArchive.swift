import Archive
import Diagnostics
import HostSystem
import OCI
import SystemPackage

/// An archive in the format of `docker save`, which skopeo, buildah and go-containerregistry also write.
///
/// Such an archive contains no manifest. A manifest with Docker's types is made from the unchanged config and layers.
/// The layers are verified by the config's diffIDs, and the config by the digest in its name, if it has one.
struct DockerArchive {
    private let path: FilePath
    private let limits: ArchiveLimits
    /// The files by name, including blobs of a layout.
    private var files: [String: Blob] = [:]
    /// The targets of symbolic links by name.
    private var links: [String: String] = [:]
    private var configs: [Digest: ImageConfig] = [:]
    private var diffIDs: [Digest: Digest] = [:]
    /// The total uncompressed size of the compressed layers so far, in bytes.
    private var unpackedSize = 0

    /// The longest name that is kept, in bytes: `PATH_MAX` of Linux, while a tar allows names of a megabyte.
    private static let nameLimit = 4096

    init(of path: FilePath, limits: ArchiveLimits) {
        self.path = path
        self.limits = limits
    }

    /// Returns whether an entry with this name can be part of an image.
    static func canKeep(_ name: String) -> Bool { name.utf8.count <= nameLimit }

    /// Returns whether an entry with this name has been added.
    func contains(_ name: String) -> Bool { files[name] != nil || links[name] != nil }

    /// Adds a file.
    mutating func add(_ blob: Blob, named name: String) { files[name] = blob }

    /// Adds a symbolic link, which the list of images may name.
    mutating func add(linkTo target: String, named name: String) {
        if Self.canKeep(target) { links[name] = target }
    }

    /// Returns an index of the images that `manifest.json` lists, with all their names, and the images' blobs.
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
                "is damaged: \(entry.config.shown) does not match the digest in its name",
                why: "its digest is \(config.descriptor.digest)"
            )
        }
        let expected = try decoded(config).rootfs?.diffIDs ?? []
        guard expected.count == entry.layers.count else {
            throw Failure(
                archive: path,
                "is inconsistent",
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

    /// Returns the file with a name, or the target of a link with this name; never reads outside the archive.
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
            "is incomplete",
            why: "manifest.json names \(name.shown), which the archive does not contain"
        )
    }

    /// Returns the name of the entry that a link in a folder points to; `nil` if it points out of the archive.
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
            why: "the config expects \(diffID), but the unpacked layer has \(digest)"
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
    /// Whether it begins with gzip's magic number.
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
    /// Returns a descriptor of the same bytes with another media type.
    fileprivate func typed(_ mediaType: MediaType) -> Descriptor {
        Descriptor(mediaType: mediaType, digest: digest, size: size)
    }
}

extension String {
    /// The name, truncated for a message.
    fileprivate var shown: String { truncated(to: 160) }

    /// The digest in the name of a config: `HEX.json` by Docker, `sha256:HEX` by go-containerregistry.
    fileprivate var digestInName: Digest? {
        let stem = hasSuffix(".json") ? String(dropLast(5)) : self
        return try? Digest(parsing: stem.hasPrefix("sha256:") ? stem : "sha256:" + stem)
    }
}
