import Diagnostics
import HostSystem
import Packing
import Storage
import SystemPackage

/// The modules of targets, as files in one directory.
final class PluginModules {
    /// A module for Envoy.
    struct Module {
        /// The absolute path.
        let path: FilePath
        /// The size, in bytes.
        let size: Int
    }

    private let folder: FilePath
    private let registry: RegistryOptions
    private let context: CommandContext
    private var modules: [String: Module] = [:]

    /// Creates an empty set; the modules will be in this directory.
    init(in folder: FilePath, _ registry: RegistryOptions, _ context: CommandContext) {
        self.folder = folder
        self.registry = registry
        self.context = context
    }

    /// Returns the module of a target; an image is downloaded and unpacked once.
    ///
    /// Throws the errors of reading the target, and ``Failure/Code/manifestUnsupported`` for an image without a module.
    func module(of target: String) async throws -> Module {
        if let module = modules[target] { return module }
        let copy = folder.appending("plugin-\(modules.count + 1).wasm")
        var size = 0
        try await registry.withImage(of: Target(parsing: target), context) { path in
            size = try Self.copy(path, to: copy)
        } image: { found in
            try await InspectedImage.with(found.root, in: found.source) { image in
                guard image.module != nil else {
                    throw Failure(
                        .manifestUnsupported,
                        "\(target) contains no module",
                        try: ["wasmpack check \(target.shellWord)"]
                    )
                }
                size = try Self.copy(image.modulePath, to: copy)
            }
        }
        let module = Module(path: copy, size: size)
        modules[target] = module
        return module
    }

    /// Copies a file, so that it does not change while it is used; returns its size.
    static func copy(_ path: FilePath, to copy: FilePath) throws(Failure) -> Int {
        let source = try ReadableFile(opening: path)
        let file = try TemporaryFile(in: copy.directory, becoming: copy)
        var size = 0
        try source.forEachPiece { bytes throws(Failure) in
            size += bytes.count
            try file.write(bytes)
        }
        try file.move(to: copy)
        return size
    }
}
