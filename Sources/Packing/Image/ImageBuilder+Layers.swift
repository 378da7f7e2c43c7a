import Archive
import Diagnostics
import OCI
import ProxyWasm
import Storage
import SystemPackage
import Wasm

extension ImageBuilder {
    /// A newly packed layer.
    struct PackedLayer {
        let blob: Blob
        /// The digest of its uncompressed tar.
        let diffID: Digest
        /// What a reader finds in it.
        let contents: LayerReader.Contents
    }

    /// Packs the layers; reads each file once, and checks and hashes the module in the same pass.
    func layers(of contents: ImageContents, spoolingIn spoolDirectory: FilePath) async throws(Failure)
        -> (module: BuiltImage.Module, layers: [PackedLayer])
    {
        guard let path = contents.module else {
            throw Failure(.pluginMissing, "none of the files is named \(PluginFile.name)")
        }
        // The same file may be in several layers: the last one is hashed, because proxies load that one.
        var module: (bytes: HashingSource, start: [UInt8])?
        var layers: [PackedLayer] = []
        for entries in contents.layers {
            let spool = try BlobSpool(in: spoolDirectory)
            let writer = LayerWriter(
                compressionLevel: options.compressionLevel,
                time: options.created.seconds,
                processorCount: processorCount
            )
            let entries = entries.map { entry in
                guard let file = entry.path else {
                    return LayerEntry(entry.name, permissions: entry.permissions, .folder)
                }
                return LayerEntry(
                    entry.name,
                    permissions: entry.permissions,
                    .file { () throws(Failure) in
                        let source = try FileSource(opening: file)
                        guard file == path, entry.isPlugin else { return (source, source.size) }
                        try source.checkOutline(of: file)
                        let bytes = HashingSource(source)
                        module = (bytes, try source.read(at: 0, count: ModuleExcerpt.size))
                        return (bytes, source.size)
                    }
                )
            }
            let contents = try await writer.write(entries, selecting: PluginFile.name) {
                bytes throws(Failure) in
                try spool.write(bytes)
            }
            guard let diffID = contents.diffID else {
                throw Failure(.internalError, "the layer has no diffID")
            }
            layers.append(
                PackedLayer(
                    blob: spool.finish(as: options.format.layerType),
                    diffID: diffID,
                    contents: contents
                )
            )
        }
        guard let module else {
            throw Failure(.internalError, "the module \(path) was not read")
        }
        let identity = ModuleIdentity(digest: module.bytes.digest, size: module.bytes.byteCount)
        return (BuiltImage.Module(identity: identity, start: module.start), layers)
    }
}

extension FileSource {
    /// Throws if the file is not a module that proxies can load.
    fileprivate func checkOutline(of path: FilePath) throws(Failure) {
        _ = try ModuleOutline(of: path.string, size: size) { (offset, count) throws(Failure) in
            try read(at: offset, count: count)
        }
    }
}
