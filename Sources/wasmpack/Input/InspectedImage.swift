import Diagnostics
import HostSystem
import OCI
import Packing
import Storage
import SystemPackage

/// An image that was looked into.
struct InspectedImage: Sendable {
    let inspection: ImageInspection
    /// The module within; `nil` for an image without one.
    let module: ModuleInspection?
    /// The file that the module is in.
    let modulePath: FilePath

    /// Looks into an image; what is wrong with it is part of the answer.
    ///
    /// The module's file is removed after the work.
    static func with(
        _ root: Descriptor,
        in source: some ContentSource,
        _ work: (InspectedImage) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { folder in
            let file = try TemporaryFile(in: folder)
            let inspection = try await ImageInspection(of: root, in: source) { piece throws(Failure) in
                try file.write(piece)
            }
            let hasModule =
                switch inspection.plugin {
                case .success: true
                case .failure(let failure): failure.isAboutModule
                }
            let module =
                hasModule
                ? try ModuleInspection(of: PluginFile.name, in: ReadableFile(opening: file.path)) : nil
            defer { withExtendedLifetime(file) {} }
            try await work(InspectedImage(inspection: inspection, module: module, modulePath: file.path))
        }
    }
}
