package import Diagnostics
import HostSystem
import OCI
package import SystemPackage

/// What `build` is pointed at.
package enum BuildInput: Sendable, Hashable {
    /// A module.
    case module(FilePath)
    /// A Dockerfile, and the folder whose files it may copy.
    case dockerfile(FilePath, context: FilePath)

    /// Finds the module or the Dockerfile.
    ///
    /// A folder's `Dockerfile` comes before its `Containerfile`, and both before its `plugin.wasm`.
    ///
    /// - Parameters:
    ///   - path: a module, a Dockerfile, or a folder with one of them.
    ///   - dockerfile: the Dockerfile, if it was named; then the path is the folder whose files it copies.
    /// - Throws: ``Failure/Code/fileMissing``, ``Failure/Code/pluginMissing``, and ``Failure/Code/usage`` for a Dockerfile
    ///   together with a path that is no folder.
    package init(locating path: FilePath, dockerfile: FilePath? = nil) throws(Failure) {
        let isFolder = Directory.exists(path)
        if let dockerfile {
            guard Directory.type(of: dockerfile) == .regular else {
                throw Self.missing(dockerfile, in: path)
            }
            guard isFolder else {
                throw Failure(
                    .usage,
                    "\(path) is no folder",
                    why: "with a Dockerfile of its own, the path names the folder whose files it copies",
                    try: ["wasmpack build -f \(dockerfile) ."]
                )
            }
            self = .dockerfile(dockerfile, context: path)
        } else if isFolder, let found = Self.names.map(path.inFolder).first(where: Self.isThere) {
            self = .dockerfile(found, context: path)
        } else if Self.isThere(path), Self.isDockerfile(path) {
            let parent = path.removingLastComponent()
            self = .dockerfile(path, context: parent.isEmpty ? FilePath(".") : parent)
        } else {
            self = .module(try PluginFile.locate(path))
        }
    }

    private static let names = ["Dockerfile", "Containerfile"]

    private static func isThere(_ path: FilePath) -> Bool { Directory.type(of: path) == .regular }

    private static func isDockerfile(_ path: FilePath) -> Bool {
        guard let name = path.lastComponent?.string else { return false }
        return names.contains { name == $0 || name.hasPrefix("\($0).") }
            || [".Dockerfile", ".dockerfile"].contains { name.hasSuffix($0) }
    }

    private static func missing(_ dockerfile: FilePath, in folder: FilePath) -> Failure {
        let other = folder.pushing(dockerfile)
        return Failure(
            .fileMissing,
            "no such file: \(dockerfile)",
            why: "-f is looked up from the working directory, as docker does it, and not from \(folder)",
            try: isThere(other) ? ["-f \(other)"] : []
        )
    }
}

extension FilePath {
    /// The path of a file in this folder, without a `./` in front.
    fileprivate func inFolder(_ name: String) -> FilePath {
        self == "." ? FilePath(name) : appending(name)
    }
}

extension BuildInput {
    /// What the image is to be made of.
    ///
    /// - Parameters:
    ///   - labels: labels besides the Dockerfile's, which win.
    ///   - arguments: what `--build-arg` gives.
    ///   - others: what a Dockerfile may not copy, as the folder that the image is written to.
    ///   - events: is told what was read, and what is odd about it.
    /// - Returns: the contents, with a module among them.
    /// - Throws: what ``Dockerfile`` and ``BuildContext`` throw.
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
                    "--build-arg is for a Dockerfile, and there is none",
                    try: ["leave it out", "-f path/to/Dockerfile"]
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
            guard error.code == .dockerfileUnsupported, Self.isThere(plugin) else { throw error }
            throw error.trying("wasmpack build \(plugin), without the Dockerfile")
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
            events.record(.warning("no ARG in \(file) names \(names), given by --build-arg"))
        }
        let plugin = folder.appending(PluginFile.name)
        if isThere(plugin), let module = contents.module,
            Directory.resolved(plugin) != Directory.resolved(module)
        {
            events.record(.note("\(file) is what is built, and it does not take \(plugin) but \(module)"))
        }
        return contents
    }
}
