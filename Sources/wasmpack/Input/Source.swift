import Diagnostics
import HostSystem
import OCI
import Packing
import Registry
import Storage
import SystemPackage

/// A target that was opened, as far as that needs no registry.
enum Source {
    case module(FilePath)
    /// A layout or an archive, and which of its images is meant.
    case images(any LocalStore, RefName?)
    case reference(Reference)
}

extension Target {
    /// Opens the target; what an archive is unpacked into is removed after the work.
    ///
    /// Throws what opening a layout or an archive throws, and what the work throws.
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

/// An image that a target means.
struct FoundImage {
    let root: Descriptor
    let source: any ContentSource
    /// The reference as it was written; `nil` for an image of a layout or an archive.
    let reference: Reference?
    /// The reference that was read, as text; `nil` for an image of a layout or an archive.
    let name: String?
}

extension RegistryOptions {
    /// Finds the image that a target means; what is fetched for that is removed after the work.
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
    /// Looks into an image; the module's file is removed after the work.
    static func with(
        _ root: Descriptor,
        in source: some ContentSource,
        _ work: (InspectedImage) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { folder in
            let image = try await InspectedImage(of: root, in: source, spoolingIn: folder)
            defer { withExtendedLifetime(image) {} }
            try await work(image)
        }
    }
}
