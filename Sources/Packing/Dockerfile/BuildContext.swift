package import Diagnostics
import HostSystem
package import SystemPackage

/// The folder whose files a Dockerfile may copy.
package struct BuildContext: Sendable {
    /// A file or folder of the context.
    struct Item: Sendable {
        /// Its name as the Dockerfile has it, relative to the context.
        let name: String
        /// Where it is: the context's folder as the user named it, and a path without links below it.
        let path: FilePath
        let isFolder: Bool
    }

    /// The folder as the user named it.
    let folder: FilePath
    /// The folder, links resolved.
    let root: FilePath
    let ignored: IgnoreRules
    /// What is never part of the context, links resolved; what holds the context is none of it.
    let excluded: [FilePath]

    /// Opens a context.
    ///
    /// - Parameters:
    ///   - folder: the folder.
    ///   - dockerfile: the Dockerfile, which may have a `.dockerignore` of its own beside it.
    ///   - others: files and folders that are no part of it wherever they lie, as the one that the image is written to.
    /// - Throws: ``Failure/Code/fileMissing``, ``Failure/Code/fileUnreadable``, and ``Failure/Code/dockerfileInvalid`` for a
    ///   broken `.dockerignore`.
    package init(_ folder: FilePath, of dockerfile: FilePath, apartFrom others: [FilePath] = [])
        throws(Failure)
    {
        guard let root = Directory.resolved(folder) else {
            throw Failure(.fileMissing, "there is no folder \(folder)")
        }
        self.folder = folder
        self.root = root
        excluded = others.compactMap(Directory.resolved).filter { !root.starts(with: $0) }
        let candidates = [FilePath("\(dockerfile).dockerignore"), folder.appending(".dockerignore")]
        guard let file = candidates.first(where: { Directory.type(of: $0) != nil }) else {
            ignored = IgnoreRules()
            return
        }
        let bytes = try ReadableFile.contents(of: file, limit: IgnoreRules.sizeLimit)
        ignored = try IgnoreRules(bytes, of: file.string)
    }

    /// The files and folders that a source of `ADD` or `COPY` names, sorted; none if a pattern matches nothing.
    ///
    /// - Parameters:
    ///   - source: a path or pattern relative to the context; a `/` at its start means the context.
    ///   - place: the instruction.
    /// - Returns: what is there and not left out.
    /// - Throws: ``Failure/Code/dockerfileInvalid`` for what is not there, and for what is not within the context.
    func items(_ source: String, at place: DockerfilePlace) throws(Failure) -> [Item] {
        let parts = try self.parts(source, at: place)
        guard let patterns = parts.patterns() else {
            throw place.invalid(
                "\(source.quoted) is no pattern",
                why: "a [ has no ] behind it, or a \\ nothing"
            )
        }
        guard patterns.contains(where: \.hasWildcards) else {
            let name = parts.map(\.withoutEscapes).joined(separator: "/")
            return [try item(name, at: place)]
        }
        var names = [""]
        for (position, pattern) in patterns.enumerated() {
            var next: [String] = []
            for name in names {
                guard pattern.hasWildcards else {
                    next.append(Self.join(name, parts[position].withoutEscapes))
                    continue
                }
                let below = (try? Directory.names(in: path(name))) ?? []
                next += below.filter(pattern.matches).map { Self.join(name, $0) }
            }
            names = next.filter { (try? path($0).stat(followTargetSymlink: false)) != nil }
        }
        var items: [Item] = []
        for name in names where isIncluded(name) && !isExcluded(path(name)) {
            items.append(try item(name, at: place))
        }
        return items
    }

    /// What is in a folder of the context and in the folders below it; names relative to that folder.
    func walk(_ folder: Item, at place: DockerfilePlace) throws(Failure) -> [Item] {
        var items: [Item] = []
        var folders = [""]
        while let above = folders.popLast() {
            for entry in try Directory.names(
                in: above.isEmpty ? folder.path : folder.path.pushing(FilePath(above))
            ) {
                let name = Self.join(above, entry)
                let whole = Self.join(folder.name, name)
                let path = folder.path.pushing(FilePath(name))
                let type = (try? path.stat(followTargetSymlink: false))?.type
                if isExcluded(self.path(whole)) { continue }
                let isIncluded = isIncluded(whole)
                if type == .directory {
                    guard isIncluded || ignored.haveExceptions else { continue }
                    folders.append(name)
                    if isIncluded { items.append(Item(name: name, path: path, isFolder: true)) }
                    continue
                }
                guard isIncluded else { continue }
                guard type == .regular else {
                    throw place.unsupported(
                        "\(whole.quoted) is \(type == .symbolicLink ? "a symbolic link" : "no regular file")",
                        why: "only files and folders are packed",
                        try: ["name it in .dockerignore, or COPY the file that it leads to by its own name"]
                    )
                }
                items.append(Item(name: name, path: path, isFolder: false))
            }
        }
        return items
    }

    /// The names on the way to a source.
    private func parts(_ source: String, at place: DockerfilePlace) throws(Failure) -> [String] {
        var depth = 0
        for part in source.split(separator: "/") where part != "." {
            depth += part == ".." ? -1 : 1
            guard depth >= 0 else {
                throw place.invalid(
                    "\(source.quoted) is not within the context",
                    why: "only what is in \(folder) can be copied; docker would say \"not found\"",
                    try: ["wasmpack build -f \(place.file) .. takes the folder above as the context"]
                )
            }
        }
        return ImagePath.parts(source)
    }

    private func item(_ name: String, at place: DockerfilePlace) throws(Failure) -> Item {
        guard let resolved = Directory.resolved(path(name)) else {
            throw missing(name, at: place)
        }
        guard resolved.starts(with: root) else {
            throw place.invalid(
                "\(name.quoted) leads out of the context",
                why: "it is a symbolic link to \(resolved); docker would say \"not found\"",
                try: ["put the file itself into \(folder)"]
            )
        }
        guard !isExcluded(resolved) else {
            throw place.invalid(
                "\(name.quoted) is left out of the context",
                why: "this build writes there, and the next one would find other content"
            )
        }
        var inside = resolved
        _ = inside.removePrefix(root)
        for name in [name, inside.string] {
            if !isIncluded(name), !(ignored.haveExceptions && Directory.exists(resolved)),
                let rule = ignored.excluding(name)
            {
                throw place.invalid(
                    "\(name.quoted) is left out of the context",
                    why: rule,
                    try: ["add a last line to that file: !\(name)"]
                )
            }
        }
        switch Directory.type(of: resolved) {
        // What is in it is known by its own name, also where a link leads to it.
        case .directory?: return Item(name: inside.string, path: shown(inside), isFolder: true)
        case .regular?: return Item(name: name, path: shown(inside), isFolder: false)
        default:
            throw place.unsupported(
                "\(name.quoted) is no regular file",
                why: "only files and folders are packed"
            )
        }
    }

    /// The path as the user would write it.
    private func shown(_ inside: FilePath) -> FilePath {
        folder == "." && !inside.isEmpty ? inside : folder.pushing(inside)
    }

    private func missing(_ name: String, at place: DockerfilePlace) -> Failure {
        let parent = path(name).removingLastComponent()
        let others = ((try? Directory.names(in: parent)) ?? []).filter { $0.hasSuffix(".wasm") }
        return place.invalid(
            "there is no \(name.quoted) in \(folder)",
            why: others.isEmpty
                ? "build the module first: nothing is compiled here"
                : "there is \(others.prefix(5).joined(separator: ", "))"
        )
    }

    private func isIncluded(_ name: String) -> Bool { name.isEmpty || ignored.excluding(name) == nil }

    /// Whether a path, links resolved, is or lies in what is never part of the context.
    private func isExcluded(_ path: FilePath) -> Bool { excluded.contains { path.starts(with: $0) } }

    private func path(_ name: String) -> FilePath { name.isEmpty ? root : root.pushing(FilePath(name)) }

    private static func join(_ folder: String, _ name: String) -> String {
        folder.isEmpty ? name : name.isEmpty ? folder : "\(folder)/\(name)"
    }
}

extension [String] {
    fileprivate func patterns() -> [PathPattern]? {
        var patterns: [PathPattern] = []
        for part in self {
            guard let pattern = PathPattern(part) else { return nil }
            patterns.append(pattern)
        }
        return patterns
    }
}

extension String {
    /// The name that a pattern without wildcards stands for.
    fileprivate var withoutEscapes: String {
        var result = String.UnicodeScalarView()
        var rest = Substring.UnicodeScalarView(unicodeScalars)
        while let scalar = rest.popFirst() {
            if let next = scalar == "\\" ? rest.popFirst() : scalar { result.append(next) }
        }
        return String(result)
    }
}
