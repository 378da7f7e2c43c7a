import Archive
package import Diagnostics
import HostSystem
package import OCI
import Storage
package import SystemPackage

extension PluginExtractor {
    /// Returns whether a file certainly is not the module of an image, before the layer is fetched.
    ///
    /// The digest of a bare module tells. For a tar, the diffID tells if wasmpack made the image from the module alone,
    /// because the same module then gives the same tar. Otherwise, and without a file, the result is `false`.
    ///
    /// - Parameters:
    ///   - path: the file, which need not exist.
    ///   - image: the image's manifest.
    /// - Returns: `true` if digests or sizes show that the file has other content.
    /// - Throws: the errors of reading the file and the config.
    package func excludes(_ path: FilePath, as image: Manifest) async throws(Failure) -> Bool {
        guard Directory.type(of: path) == .regular else { return false }
        let variant = ImageVariant(of: image)
        let layer = image.layers[try image.pluginLayer(variant)]
        if variant.moduleType != nil {
            do throws(Failure) {
                _ = try Blob(verifying: path, links: .followed, against: layer)
                return false
            } catch  where error.code == .digestMismatch {
                return true
            }
        }
        guard image.layers.count == 1, let config = try await config(of: image),
            let (diffID, time) = config.tarOfModuleAlone
        else { return false }
        let entry = LayerEntry(
            PluginFile.name,
            permissions: 0o644,
            .file { () throws(Failure) in
                let source = try FileSource(opening: path)
                return (source, source.size)
            }
        )
        return try LayerWriter.diffID(of: [entry], time: time) != diffID
    }
}

extension ImageConfig {
    /// The diffID and the time of the layer if wasmpack made it from a module alone.
    fileprivate var tarOfModuleAlone: (diffID: Digest, time: Int64)? {
        let instructions = ImageContents(module: FilePath(PluginFile.name), labels: [:]).instructions
        guard history?.map(\.createdBy) == instructions.map(\.text), let diffIDs = rootfs?.diffIDs,
            diffIDs.count == 1, diffIDs[0].algorithm == .sha256, let created,
            let time = try? Timestamp(parsing: created, from: "created")
        else { return nil }
        return (diffIDs[0], time.seconds)
    }
}
