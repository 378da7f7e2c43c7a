import Diagnostics
import HostSystem
import OCI
import Packing
import Storage
import SystemPackage

/// An image that was looked into, and its module as a file, which is there as long as this is.
final class InspectedImage: Sendable {
    let inspection: ImageInspection
    /// The module within; `nil` for an image without one.
    let module: ModuleInspection?
    private let file: TemporaryFile
    private let folder: TemporaryDirectory

    /// Where the module is.
    var modulePath: FilePath { file.path }

    /// Looks into an image; what is wrong with it is part of the answer.
    init(of root: Descriptor, in source: some ContentSource) async throws(Failure) {
        let folder = try TemporaryDirectory()
        let file = try TemporaryFile(in: folder.path)
        inspection = try await ImageInspection(of: root, in: source) { piece throws(Failure) in
            try file.write(piece)
        }
        let hasModule =
            switch inspection.plugin {
            case .success: true
            case .failure(let failure): failure.isAboutModule
            }
        module =
            hasModule
            ? try ModuleInspection(of: PluginFile.name, in: ReadableFile(opening: file.path)) : nil
        self.file = file
        self.folder = folder
    }
}
