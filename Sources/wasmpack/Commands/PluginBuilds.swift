import Diagnostics
import EnvoyRunner
import HostSystem
import OCI
import Packing
import ProxyWasm
import SystemPackage

/// The builds of a module that `run --watch` follows.
///
/// Each build is copied to a new file: Envoy reloads a plugin only if its file has another name.
final class PluginBuilds {
    /// A build of the module.
    struct Build {
        /// The path of the copy.
        let module: FilePath
        /// The size, in bytes.
        let size: Int
        /// Why Envoy would reject it; empty if `check` finds nothing.
        let errors: [Finding]
    }

    /// The path that a compiler writes.
    let path: FilePath
    private let release: EnvoyRelease?
    private let folder: FilePath
    private var count = 0
    /// The build that serves; `nil` before the first one.
    private(set) var current: Build?
    /// The last build that was read.
    private var last: Digest?

    /// Describes the builds for one Envoy.
    ///
    /// - Parameters:
    ///   - path: the path that a compiler writes.
    ///   - envoy: the Envoy.
    ///   - folder: the directory of the copies.
    /// - Throws: ``Failure/Code/fileMissing`` and ``Failure/Code/fileUnreadable``, because a wrong path would be waited for.
    init(of path: FilePath, for envoy: FoundEnvoy, in folder: FilePath) throws(Failure) {
        _ = try ReadableFile(opening: path)
        self.path = path
        self.folder = folder
        let numbers = envoy.version.split(separator: ".").map { Int($0) }
        release = numbers.count > 1 ? numbers[1].map { EnvoyRelease(minor: $0) } : nil
    }

    /// Whether the file does not exist.
    var isMissing: Bool { Directory.type(of: path) == nil }

    /// Returns the build that is there now; `nil` if there is none, or if it was read before.
    ///
    /// Throws the errors of reading and copying the file.
    func next() throws(Failure) -> Build? {
        count += 1
        let copy = folder.appending("build-\(count).wasm")
        let size: Int
        do throws(Failure) {
            size = try PluginModules.copy(path, to: copy)
        } catch  where error.code == .fileMissing {
            return nil
        }
        do throws(Failure) {
            let inspection = try ModuleInspection(of: path.string, in: ReadableFile(opening: copy))
            guard inspection.identity.digest != last else {
                try Directory.remove(file: copy)
                return nil
            }
            last = inspection.identity.digest
            return Build(
                module: copy,
                size: size,
                errors: try inspection.findings(in: .envoy, release).filter { $0.severity == .error }
            )
        } catch {
            // A read error, or a canceled check.
            try? Directory.remove(file: copy)
            throw error
        }
    }

    /// Makes a build the one that serves, and removes the one before.
    func use(_ build: Build) throws(Failure) {
        if let current { try Directory.remove(file: current.module) }
        current = build
    }

    /// Removes the first build, which Envoy has rejected.
    func discardCurrent() throws(Failure) {
        if let current { try discard(current) }
        current = nil
    }

    /// Removes a build that does not serve.
    func discard(_ build: Build) throws(Failure) { try Directory.remove(file: build.module) }
}
