package import Diagnostics
import HostSystem
package import SystemPackage
import Wasm

/// The module file that `build` and `push` read.
package enum PluginFile {
    /// The file name that proxies look for in a layer.
    package static let name = "plugin.wasm"

    /// Finds the module: the path itself, or that of the folder that it names.
    ///
    /// A folder's module is its `plugin.wasm`, else the only one of ``projectModules(in:)``.
    ///
    /// - Parameters:
    ///   - path: the module, or a folder.
    ///   - line: returns the command for a module, which failures suggest.
    /// - Returns: the path of the module.
    /// - Throws: ``Failure/Code/fileMissing`` or ``Failure/Code/pluginMissing``, and lists other modules nearby.
    package static func locate(
        _ path: FilePath,
        suggesting line: (FilePath) -> String = { "wasmpack build \($0)" }
    ) throws(Failure) -> FilePath {
        switch try? path.stat().type {
        case .directory?: return try within(path, line)
        case nil: throw missing(path, line)
        default: return path
        }
    }

    /// The kinds of module that can be packed.
    package enum Kind: String, Sendable {
        case module = "core module"
        /// A WebAssembly component, which only the format `wasm` supports.
        case component
    }

    /// Checks the outline of a module before it is packed.
    ///
    /// - Parameters:
    ///   - path: the module.
    ///   - format: the format of the image to build.
    ///   - name: its name in messages; by default its path.
    /// - Returns: its kind.
    /// - Throws: the errors of reading it, and ``Failure/Code/notWasm``, ``Failure/Code/wasmComponent``,
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

    private static func within(_ folder: FilePath, _ line: (FilePath) -> String) throws(Failure) -> FilePath {
        let file = folder.file(name)
        if (try? file.stat().type) == .regular { return file }
        let built = try projectModules(in: folder)
        if let only = built.first, built.count == 1 { return only }
        guard built.isEmpty else {
            throw Failure(
                .pluginMissing,
                "\(folder) has several modules",
                why: "none of them is called \(name)",
                try: built.prefix(5).map(line)
            )
        }
        let others = modules(in: folder)
        throw Failure(
            .pluginMissing,
            "\(name) does not exist in \(folder)",
            why: others.isEmpty
                ? "the directory has no .wasm file" : "the directory has " + others.joined(separator: ", "),
            try: others.isEmpty
                ? [line("path/to/any-name.wasm")] : others.prefix(5).map { line(folder.file($0)) }
        )
    }

    /// Returns the module beside a missing one that was probably meant: the one with a similar name, else `plugin.wasm`,
    /// else the first; as a path like the given one.
    package static func neighbor(of path: FilePath) -> FilePath? {
        let parent = path.removingLastComponent()
        return neighbor(of: path, among: modules(in: parent.isEmpty ? FilePath(".") : parent))
    }

    private static func neighbor(of path: FilePath, among others: [String]) -> FilePath? {
        let parent = path.removingLastComponent()
        let similar = path.lastComponent?.string.nearest(of: others, within: 2)
        let found = similar ?? (others.contains(name) ? name : others.first)
        return found.map { parent.isEmpty ? FilePath($0) : parent.appending($0) }
    }

    private static func missing(_ path: FilePath, _ line: (FilePath) -> String) -> Failure {
        if (try? path.stat(followTargetSymlink: false)) != nil {
            return Failure(.fileMissing, "\(path) is a broken symbolic link")
        }
        let parent = path.removingLastComponent()
        let folder = parent.isEmpty ? FilePath(".") : parent
        guard (try? folder.stat().type) == .directory else {
            return Failure(
                .fileMissing,
                "no such file: \(path)",
                why: "the directory \(folder) does not exist"
            )
        }
        let others = modules(in: folder)
        return Failure(
            .fileMissing,
            "no such file: \(path)",
            why: "the directory \(folder) has "
                + (others.isEmpty ? "no .wasm file" : others.joined(separator: ", ")),
            try: neighbor(of: path, among: others).map { [line($0)] } ?? []
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
