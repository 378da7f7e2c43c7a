package import Diagnostics
import HostSystem
import OCI
package import SystemPackage

/// The input of `build`: a module or a Dockerfile.
package enum BuildInput: Sendable, Hashable {
    /// A module.
    case module(FilePath)
    /// A Dockerfile, and its context: the folder whose files it may copy.
    case dockerfile(FilePath, context: FilePath)

    /// Finds the module or the Dockerfile.
    ///
    /// A folder's `Dockerfile` comes before its `Containerfile`, and both before its `plugin.wasm`, which comes before modules in the
    /// folders of compilers.
    ///
    /// - Parameters:
    ///   - path: a module, a Dockerfile, or a folder that contains one of them.
    ///   - dockerfile: the Dockerfile, if it was named; the path is then its context.
    ///   - line: returns the command for a module, which failures suggest.
    /// - Throws: ``Failure/Code/fileMissing``, ``Failure/Code/pluginMissing``, and ``Failure/Code/usage`` for a named
    ///   Dockerfile with a path that is not a folder.
    package init(
        locating path: FilePath,
        dockerfile: FilePath? = nil,
        suggesting line: (FilePath) -> String = { "wasmpack build \($0)" }
    ) throws(Failure) {
        let isFolder = Directory.exists(path)
        if let dockerfile {
            guard Directory.type(of: dockerfile) == .regular else {
                throw Self.missing(dockerfile, in: path)
            }
            guard isFolder else {
                throw Failure(
                    .usage,
                    "\(path) is not a directory",
                    why: "with -f, the path is the context: the directory whose files the Dockerfile copies",
                    try: ["wasmpack build -f \(dockerfile) ."]
                )
            }
            self = .dockerfile(dockerfile, context: path)
        } else if isFolder, let found = Self.names.map(path.inFolder).first(where: Self.isFile) {
            self = .dockerfile(found, context: path)
        } else if Self.isFile(path), Self.isDockerfile(path) {
            let parent = path.removingLastComponent()
            self = .dockerfile(path, context: parent.isEmpty ? FilePath(".") : parent)
        } else {
            self = .module(try PluginFile.locate(path, suggesting: line))
        }
    }

    private static let names = ["Dockerfile", "Containerfile"]

    private static func isFile(_ path: FilePath) -> Bool { Directory.type(of: path) == .regular }

    private static func isDockerfile(_ path: FilePath) -> Bool {
        guard let name = path.lastComponent?.string else { return false }
        return names.contains { name == $0 || name.hasPrefix("\($0).") }
            || [".Dockerfile", ".dockerfile"].contains { name.hasSuffix($0) }
    }

    private static func missing(_ dockerfile: FilePath, in folder: FilePath) -> Failure {
        let inFolder = folder.pushing(dockerfile)
        return Failure(
            .fileMissing,
            "no such file: \(dockerfile)",
            why: "-f is relative to the working directory, as in docker, not to \(folder)",
            try: isFile(inFolder) ? ["wasmpack build -f \(inFolder) \(folder)"] : []
        )
    }
}

extension FilePath {
    /// Returns the path of a file in this folder, without a leading `./`.
    fileprivate func inFolder(_ name: String) -> FilePath {
        self == "." ? FilePath(name) : appending(name)
    }
}

extension BuildInput {
    /// Reads the contents of the image.
    ///
    /// - Parameters:
    ///   - labels: labels to add; they override the Dockerfile's.
    ///   - arguments: the values of `--build-arg`, by name.
    ///   - others: paths that a Dockerfile may not copy, such as the folder that the image is written to.
    ///   - events: receives steps and warnings.
    /// - Returns: the contents, which include a module.
    /// - Throws: the errors of ``Dockerfile`` and ``BuildContext``.
    package func contents(
        labels: [String: String],
        arguments: [String: String],
        apartFrom others: [FilePath],
        events: some EventSink
    ) throws(Failure) -> ImageContents {
        guard case .dockerfile(let file, let context) = self else {
            guard arguments.isEmpty else {
                throw Failure(
                    .usage,
                    "--build-arg needs a Dockerfile",
                    why: "the input is a module",
                    try: ["omit --build-arg", "wasmpack build -f path/to/Dockerfile ."]
                )
            }
            return ImageContents(module: module, labels: labels)
        }
        do throws(Failure) {
            var contents = try Self.contents(of: file, context, arguments, apartFrom: others, events)
            contents.execution.labels = (contents.execution.labels ?? [:]).merging(labels) { $1 }
            return contents
        } catch {
            let plugin = context.appending(PluginFile.name)
            guard error.code == .dockerfileUnsupported, Self.isFile(plugin) else { throw error }
            throw error.trying("wasmpack build \(plugin)")
        }
    }

    private var module: FilePath {
        switch self {
        case .module(let path), .dockerfile(let path, _): path
        }
    }

    private static func contents(
        of file: FilePath,
        _ folder: FilePath,
        _ arguments: [String: String],
        apartFrom others: [FilePath],
        _ events: some EventSink
    ) throws(Failure) -> ImageContents {
        let bytes = try ReadableFile.contents(of: file, limit: Dockerfile.sizeLimit)
        let dockerfile = try Dockerfile(parsing: bytes, named: file.string, arguments: arguments)
        let context = try BuildContext(folder, of: file, apartFrom: others)
        let contents = try dockerfile.contents(in: context, events: events)
        let count = contents.layers.joined().count { $0.path != nil }
        events.record(.step("read", "\(file)  FROM scratch, \(count) file\(count == 1 ? "" : "s")"))
        if !dockerfile.unusedArguments.isEmpty {
            let names = dockerfile.unusedArguments.map { $0.truncated(to: 80) }.joined(separator: ", ")
            events.record(.warning("--build-arg \(names) has no effect: no ARG in \(file) declares it"))
        }
        let plugin = folder.appending(PluginFile.name)
        if isFile(plugin), let module = contents.module,
            Directory.resolved(plugin) != Directory.resolved(module)
        {
            events.record(.note("\(file) packs \(module), not \(plugin)"))
        }
        return contents
    }
}
