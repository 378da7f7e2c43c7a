package import Diagnostics
import HostSystem
package import SystemPackage

extension PluginFile {
    /// Returns the modules where compilers put them in a project folder.
    ///
    /// These are `main.wasm` (TinyGo and Go), `target/wasm32-*/release/*.wasm` (Rust), `build/*.wasm` (AssemblyScript and
    /// CMake) and `dist/*.wasm`. Throws ``Failure/Code/fileUnreadable`` for a folder that cannot be read.
    package static func projectModules(in folder: FilePath) throws(Failure) -> [FilePath] {
        var found: [FilePath] = []
        let main = folder.file("main.wasm")
        if Directory.type(of: main) == .regular { found.append(main) }
        let target = folder.file("target")
        if Directory.exists(target) {
            for name in try Directory.names(in: target) where name.hasPrefix("wasm32-") {
                found += try modules(of: target.appending(name).appending("release"))
            }
        }
        for name in ["build", "dist"] { found += try modules(of: folder.file(name)) }
        return found
    }

    private static func modules(of folder: FilePath) throws(Failure) -> [FilePath] {
        guard Directory.exists(folder) else { return [] }
        return try Directory.names(in: folder).filter { $0.hasSuffix(".wasm") }.map { folder.appending($0) }
            .filter { Directory.type(of: $0) == .regular }
    }
}

extension FilePath {
    /// Returns the path of a file in this folder, without a leading `./`.
    func file(_ name: String) -> FilePath { self == "." ? FilePath(name) : appending(name) }
}
