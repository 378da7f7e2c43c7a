import Diagnostics
import HostSystem
import OCI
import Packing
import Storage
import SystemPackage

/// Where `build` puts an image: into a layout, under each of its names, or into a new archive.
struct BuildDestination {
    private enum Place {
        case layout(ImageLayout)
        /// The folder holds the blobs until the archive is written.
        case archive(ImageArchiveOutput, TemporaryDirectory)
    }

    /// The layout's folder, or the archive.
    let path: FilePath
    private let names: [RefName]
    private let place: Place

    /// Prepares to write, so that a place that cannot be written to is known before anything is packed.
    init(archive: FilePath?, layout: FilePath, naming references: [Reference]) async throws(Failure) {
        path = archive ?? layout
        names = references.isEmpty ? [.only] : references.map(RefName.reference)
        guard let archive else {
            place = .layout(try await ImageLayout(creating: layout))
            return
        }
        let folder = try TemporaryDirectory()
        let output = try ImageArchiveOutput(
            at: archive,
            naming: names.map(EntryName.init),
            unpackingIn: folder.path
        )
        place = .archive(output, folder)
    }

    /// Where the layers are to be put while the image is made.
    var spoolDirectory: FilePath {
        switch place {
        case .layout(let layout): layout.spoolDirectory
        case .archive(_, let folder): folder.path
        }
    }

    /// Puts the image there.
    func store(_ image: BuiltImage, _ context: CommandContext) async throws(Failure) {
        let root = image.manifest.descriptor
        switch place {
        case .layout(let layout):
            context.reporter.warnOfDockersTypes(of: root, inArchive: false)
            for name in names {
                try context.reporter.warn(ofTagOf: EntryName(name), root.digest, in: layout)
                _ = try await copy(.only, from: image, to: layout, as: name, events: SilentSink())
            }
        case .archive(let archive, _):
            context.reporter.warnOfDockersTypes(of: root, inArchive: true)
            _ = try await copy(.only, from: image, to: archive, events: SilentSink())
        }
    }
}
