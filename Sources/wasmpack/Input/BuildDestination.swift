import Diagnostics
import HostSystem
import OCI
import Packing
import Storage
import SystemPackage

/// The destination of `build`: a layout, with one entry per name, or a new archive.
struct BuildDestination {
    private enum Storage {
        case layout(ImageLayout)
        /// The folder holds the blobs until the archive is written.
        case archive(ImageArchiveOutput, TemporaryDirectory)
    }

    /// The layout's folder, or the archive.
    let path: FilePath
    private let names: [RefName]
    private let storage: Storage

    /// Opens the destination for writing, so that an unwritable path fails before anything is packed.
    init(archive: FilePath?, layout: FilePath, naming references: [Reference]) async throws(Failure) {
        path = archive ?? layout
        names = references.isEmpty ? [.only] : references.map(RefName.reference)
        guard let archive else {
            storage = .layout(try await ImageLayout(creating: layout))
            return
        }
        let folder = try TemporaryDirectory()
        let output = try ImageArchiveOutput(
            at: archive,
            naming: names.map(EntryName.init),
            unpackingIn: folder.path
        )
        storage = .archive(output, folder)
    }

    /// The stored image of a digest.
    func target(_ digest: Digest) -> Target {
        switch storage {
        case .layout: .layout(path, .digest(digest))
        case .archive: .archive(path, .digest(digest))
        }
    }

    /// The folder for layers while the image is built.
    var spoolDirectory: FilePath {
        switch storage {
        case .layout(let layout): layout.spoolDirectory
        case .archive(_, let folder): folder.path
        }
    }

    /// Runs the packing; after a failure, removes a layout that was created for it.
    func cleaningUp<Result>(_ body: () async throws(Failure) -> Result) async throws(Failure) -> Result {
        switch storage {
        case .layout(let layout): try await layout.cleaningUp(body)
        case .archive: try await body()
        }
    }

    /// Stores the image under each name.
    func store(_ image: BuiltImage, _ context: CommandContext) async throws(Failure) {
        let root = image.manifest.descriptor
        switch storage {
        case .layout(let layout):
            context.reporter.warnOfDockersTypes(of: root, inArchive: false)
            try await layout.cleaningUp { () async throws(Failure) in
                for name in names {
                    try context.reporter.warn(ofTagOf: EntryName(name), root.digest, in: layout)
                    _ = try await copy(.only, from: image, to: layout, as: name, events: SilentSink())
                }
            }
        case .archive(let archive, _):
            context.reporter.warnOfDockersTypes(of: root, inArchive: true)
            _ = try await copy(.only, from: image, to: archive, events: SilentSink())
        }
    }
}
