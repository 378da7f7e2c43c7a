import Diagnostics
import OCI
import Packing
import Storage
import TestSupport

/// An image in memory with any layers; without diffIDs, its config is not an image config.
struct MadeImage: Sendable {
    var layers: [Blob]
    var manifestType = MediaType.imageManifest
    var configType = MediaType.imageConfig
    /// The bytes of the config, if they are not generated from the diffIDs.
    var config: [UInt8]?
    var diffIDs: [Digest]?

    /// Creates an image of one layer with this tar, compressed by its type.
    init(_ tar: [UInt8], type: MediaType = .layerTarGzip) {
        layers = [Self.layer(tar, type: type)]
        diffIDs = [Digest(of: tar)]
    }

    /// Creates an image of layers with these tars, lowest first.
    init(tars: [[UInt8]]) {
        layers = tars.map { Self.layer($0, type: .layerTarGzip) }
        diffIDs = tars.map { Digest(of: $0) }
    }

    /// Creates an image of layers of any types with these bytes, without an image config.
    init(bare layers: [(bytes: [UInt8], type: MediaType)], configType: MediaType, config: [UInt8]? = nil) {
        self.layers = layers.map { Blob($0.bytes, mediaType: $0.type) }
        self.configType = configType
        self.config = config
    }

    static func layer(_ tar: [UInt8], type: MediaType) -> Blob {
        if type.name.hasSuffix("gzip") { return Blob(Gzip.stored(tar), mediaType: type) }
        return Blob(type.name.hasSuffix("zstd") ? Zstd.stored(tar) : tar, mediaType: type)
    }

    func changed(_ change: (inout MadeImage) -> Void) -> MadeImage {
        var image = self
        change(&image)
        return image
    }

    func stored(in store: InMemoryStore) async throws -> Descriptor {
        let text =
            #"{"rootfs":{"diff_ids":["# + (diffIDs ?? []).map { "\"\($0)\"" }.joined(separator: ",")
            + #"],"type":"layers"}}"#
        let bytes = config ?? Array((diffIDs == nil ? "{}" : text).utf8)
        let config = Blob(bytes, mediaType: configType)
        let document = Manifest(
            mediaType: manifestType,
            config: config.descriptor,
            layers: layers.map(\.descriptor)
        )
        let manifest = Blob(try CanonicalJSON.encode(document), mediaType: manifestType)
        for blob in layers + [config] { await store.push(blob) }
        await store.tag(manifest, as: .tag(.latest))
        return manifest.descriptor
    }

    /// Extracts the module, as `pull` does.
    func extracted() async throws -> (plugin: PluginExtractor.Plugin, bytes: [UInt8]) {
        let store = InMemoryStore()
        let root = try await stored(in: store)
        let extractor = PluginExtractor(store)
        var bytes: [UInt8] = []
        let image = try await ImageChoice(of: root, in: store).manifest
        try extractor.check(image)
        let plugin = try await extractor.extract(image, config: extractor.config(of: image)) { bytes += $0 }
        return (plugin, bytes)
    }

    func inspected() async throws -> ImageInspection {
        let store = InMemoryStore()
        return try await ImageInspection(of: stored(in: store), in: store)
    }
}
