package import Diagnostics
import HostSystem
package import SystemPackage
import Wasm

/// The file that `build` and `push` are pointed at.
package enum PluginFile {
    /// The name that proxies look for in a layer.
    package static let name = "plugin.wasm"

    /// Finds the module: the path itself, or `plugin.wasm` in the folder it names.
    ///
    /// Throws ``Failure/Code/fileMissing`` or ``Failure/Code/pluginMissing``, with what is there instead.
    package static func locate(_ path: FilePath) throws(Failure) -> FilePath {
        switch try? path.stat().type {
        case .directory?: return try within(path)
        case nil: throw missing(path)
        default: return path
        }
    }

    /// What may be packed.
    package enum Kind: String, Sendable {
        case module = "core module"
        /// Only the format `wasm` takes it.
        case component
    }

    /// Looks at a module from outside, before anything is made of it.
    ///
    /// - Parameters:
    ///   - path: the module.
    ///   - format: what it is to be packed as.
    ///   - name: what it is called in messages; its path, if nothing else is said.
    /// - Returns: what it is.
    /// - Throws: what reading it throws, and ``Failure/Code/notWasm``, ``Failure/Code/wasmComponent``,
    ///   ``Failure/Code/wasmMalformed`` or ``Failure/Code/moduleTooLarge``.
    @discardableResult
    package static func check(_ path: FilePath, as format: ImageFormat = .image, called name: String? = nil)
        throws(Failure) -> Kind
    {
        do throws(Failure) {
            _ = try ModuleOutline(of: name ?? path.string, in: ReadableFile(opening: path))
            return .module
        } catch {
            guard format == .wasm, error.code == .wasmComponent else { throw error }
            return .component
        }
    }

    /// Says why no proxy will load a file that was pulled as a module; `nil` when its outline is whole.
    package static func warning(of path: FilePath) throws(Failure) -> String? {
        let file = try ReadableFile(opening: path)
        do throws(Failure) {
            _ = try ModuleOutline(of: "the module", in: file)
            return nil
        } catch {
            return error.message + (error.why.map { ": \($0)" } ?? "")
        }
    }

    private static func within(_ folder: FilePath) throws(Failure) -> FilePath {
        let file = folder.appending(name)
        if (try? file.stat().type) == .regular { return file }
        let others = modules(in: folder)
        throw Failure(
            .pluginMissing,
            "there is no \(name) in \(folder)",
            why: others.isEmpty ? "it has no .wasm file at all" : "it has " + others.joined(separator: ", "),
            try: others.isEmpty
                ? ["wasmpack build path/to/any-name.wasm"]
                : ["wasmpack build \(folder.appending(others[0]))            (it is packed as \(name))"]
        )
    }

    private static func missing(_ path: FilePath) -> Failure {
        if (try? path.stat(followTargetSymlink: false)) != nil {
            return Failure(.fileMissing, "\(path) is a symbolic link to nothing")
        }
        let parent = path.removingLastComponent()
        let folder = parent.isEmpty ? FilePath(".") : parent
        guard (try? folder.stat().type) == .directory else {
            return Failure(.fileMissing, "no such file: \(path)", why: "there is no folder \(folder) either")
        }
        let others = modules(in: folder)
        return Failure(
            .fileMissing,
            "no such file: \(path)",
            why: "the folder \(folder) exists; it has "
                + (others.isEmpty ? "no .wasm file" : others.joined(separator: ", ")),
            try: others.prefix(1).map {
                "wasmpack build \(parent.isEmpty ? FilePath($0) : parent.appending($0))            (it is packed as \(name))"
            }
        )
    }

    private static func modules(in folder: FilePath) -> [String] {
        let names = (try? Directory.names(in: folder)) ?? []
        let modules = names.filter {
            $0.hasSuffix(".wasm") && Directory.type(of: folder.appending($0)) == .regular
        }
        return Array(modules.prefix(5))
    }
}
