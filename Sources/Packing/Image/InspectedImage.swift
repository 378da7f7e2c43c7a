package import Diagnostics
import HostSystem
package import OCI
package import Storage
package import SystemPackage

/// An image that was looked into, and its module as a file.
package struct InspectedImage: Sendable {
    /// What the image is.
    package let inspection: ImageInspection
    /// The module within; `nil` for an image without one.
    package let module: ModuleInspection?
    private let file: TemporaryFile

    /// The file that the module is in, which is there as long as this is.
    package var modulePath: FilePath { file.path }

    /// Looks into an image; what is wrong with it is part of the answer.
    ///
    /// - Parameters:
    ///   - root: what the image's name points to.
    ///   - source: where it is.
    ///   - layerLimit: the largest size of all layers together that are read, in bytes; `nil` for any.
    ///   - folder: where the module's file is put.
    /// - Throws: what keeps the documents from being read, and what writing into the folder throws.
    package init(
        of root: Descriptor,
        in source: some ContentSource,
        layerLimit: Int? = nil,
        spoolingIn folder: FilePath
    ) async throws(Failure) {
        let file = try TemporaryFile(in: folder)
        inspection = try await ImageInspection(of: root, in: source, layerLimit: layerLimit) {
            piece throws(Failure) in
            try file.write(piece)
        }
        module =
            inspection.hasModule
            ? try ModuleInspection(of: PluginFile.name, in: ReadableFile(opening: file.path)) : nil
        self.file = file
    }
}

extension ImageInspection {
    /// Whether there is a module, though it may be one that proxies reject.
    fileprivate var hasModule: Bool {
        switch plugin {
        case .success: true
        case .failure(let failure): failure.isAboutModule
        }
    }
}
