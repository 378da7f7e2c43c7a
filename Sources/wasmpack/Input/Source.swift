import Diagnostics
import HostSystem
import OCI
import Packing
import Registry
import Storage
import SystemPackage

/// An opened target; a registry is not contacted yet.
enum Source {
    case module(FilePath)
    /// A layout or an archive, and the name of the image in it.
    case images(any LocalStore, RefName?)
    case reference(Reference)
}

extension Target {
    /// Opens the target for the duration of `work`; then removes the temporary files of an unpacked archive.
    ///
    /// Rethrows the errors of opening a layout or an archive, and those of `work`.
    func withSource<Result>(_ work: (Source) async throws -> Result) async throws -> Result {
        switch self {
        case .module(let path): try await work(.module(path))
        case .layout(let path, let name): try await work(.images(ImageLayout(opening: path), name))
        case .archive(let path, let name):
            try await withTemporaryDirectory { folder in
                try await work(.images(ImageArchive(opening: path, unpackingIn: folder), name))
            }
        case .reference(let reference): try await work(.reference(reference))
        }
    }
}

/// The image that a target refers to.
struct FoundImage {
    let root: Descriptor
    let source: any ContentSource
    /// The reference as the user wrote it; `nil` for an image in a layout or an archive.
    let reference: Reference?
    /// The reference that was resolved, as text; `nil` for an image in a layout or an archive.
    let name: String?
}

extension RegistryOptions {
    /// Finds the image that a target refers to; temporary files are removed after `module` or `image` returns.
    func withImage(
        of target: Target,
        _ context: CommandContext,
        module: (FilePath) async throws -> Void,
        image: (FoundImage) async throws -> Void
    ) async throws {
        try await target.withSource { source in
            switch source {
            case .module(let path): try await module(path)
            case .images(let store, let name):
                let root = try await store.resolve(name ?? .only)
                try await image(FoundImage(root: root, source: store, reference: nil, name: nil))
            case .reference(let reference):
                let name = reference.reading(context)
                try await withImage(name, context) { root, repository in
                    try await image(
                        FoundImage(
                            root: root,
                            source: repository,
                            reference: reference,
                            name: name.description
                        )
                    )
                }
            }
        }
    }
}

extension InspectedImage {
    /// Inspects an image; the temporary file of its module is removed after `work` returns.
    static func with(
        _ root: Descriptor,
        in source: some ContentSource,
        layerLimit: Int? = nil,
        _ work: (InspectedImage) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { folder in
            let image = try await InspectedImage(
                of: root,
                in: source,
                layerLimit: layerLimit,
                spoolingIn: folder
            )
            defer { withExtendedLifetime(image) {} }
            try await work(image)
        }
    }
}
