import Archive
import Diagnostics
import OCI
import Storage
import SystemPackage
import TestSupport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A sample image: a config, a layer and their manifest.
struct SampleImage: ContentSource {
    let config: Blob
    let layer: Blob
    let manifest: Blob
    /// The digest of the uncompressed layer.
    let diffID: Digest

    var blobs: [Blob] { [config, layer, manifest] }

    /// Images with different texts differ in every blob.
    init(_ words: String, diffID: Digest? = nil, layer: [UInt8]? = nil) throws {
        let tar = Tar.entry("plugin.wasm", SampleModule.preamble + Array(words.utf8)) + Tar.end
        self.diffID = Digest(of: tar)
        self.layer = Blob(layer ?? Gzip.stored(tar), mediaType: .layerTarGzip)
        config = Blob(
            try CanonicalJSON.encode(
                ImageConfig(
                    platform: Platform(os: "linux", architecture: "amd64"),
                    created: "1970-01-01T00:00:00Z",
                    config: .init(env: [], workingDir: "/", labels: ["words": words]),
                    history: [],
                    rootfs: .init(diffIDs: [diffID ?? Digest(of: tar)])
                )
            ),
            mediaType: .imageConfig
        )
        let document = Manifest(
            mediaType: .imageManifest,
            config: config.descriptor,
            layers: [self.layer.descriptor]
        )
        manifest = Blob(try CanonicalJSON.encode(document), mediaType: .imageManifest)
    }

    func resolve(_ name: RefName) -> Descriptor { manifest.descriptor }

    func fetch(_ descriptor: Descriptor) throws(Failure) -> Blob {
        guard let blob = blobs.first(where: { $0.descriptor.digest == descriptor.digest }) else {
            throw Failure(.notFound, "not of this image")
        }
        return blob
    }
}

/// A source of fixed blobs, one of which is the root.
struct FixedSource: ContentSource {
    let root: Blob
    var blobs: [Blob]

    func resolve(_ name: RefName) -> Descriptor { root.descriptor }

    func fetch(_ descriptor: Descriptor) throws(Failure) -> Blob {
        guard let blob = ([root] + blobs).first(where: { $0.descriptor.digest == descriptor.digest }) else {
            throw Failure(.notFound, "no \(descriptor.role) \(descriptor.digest)")
        }
        return blob
    }
}

/// Makes a blob with a list of manifests.
func index(of manifests: [Blob]) throws -> Blob {
    Blob(
        try CanonicalJSON.encode(Index(manifests: manifests.map(\.descriptor))),
        mediaType: .imageIndex
    )
}

extension RefName {
    /// Parses a name: a reference if it contains a slash, else a tag.
    static func named(_ text: String) throws -> RefName {
        text.contains("/") ? .reference(try Reference(parsing: text)) : .tag(try Tag(parsing: text))
    }
}

extension FilePath {
    /// The path of a blob in a layout in this folder.
    func blob(_ digest: Digest) -> FilePath {
        appending("blobs").appending(digest.algorithm.rawValue).appending(digest.encoded)
    }
}

/// Makes a symbolic link.
func link(_ path: FilePath, to target: FilePath) throws {
    if symlink(target.string, path.string) != 0 { throw Errno(rawValue: errno) }
}

/// Copies without events.
@discardableResult
func copy(
    _ name: RefName,
    from source: some ContentSource,
    to destination: some ContentDestination
) async throws -> CopyReport {
    try await Storage.copy(name, from: source, to: destination, events: SilentSink())
}
