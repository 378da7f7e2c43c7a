package import Diagnostics
import HostSystem
package import SystemPackage

/// The folder whose files a Dockerfile may copy.
package struct BuildContext: Sendable {
    /// A file or folder of the context.
    struct Item: Sendable {
        /// The name relative to the context, as the Dockerfile writes it.
        let name: String
        /// The path: the context's folder as the user named it, then a path without links.
        let path: FilePath
        let isFolder: Bool
    }

    /// The folder as the user named it.
    let folder: FilePath
    /// The folder with links resolved.
    let root: FilePath
    let ignored: IgnoreRules
    /// Paths that are never part of the context, with links resolved.
    ///
    /// A path that contains the context is not listed.
    let excluded: [FilePath]

    /// Opens a context.
    ///
    /// - Parameters:
    ///   - folder: the folder.
    ///   - dockerfile: the Dockerfile; a `NAME.dockerignore` beside it takes precedence.
    ///   - others: files and folders to exclude, such as the one that the image is written to.
    /// - Throws: ``Failure/Code/fileMissing``, ``Failure/Code/fileUnreadable``, and ``Failure/Code/dockerfileInvalid`` for an
    ///   invalid `.dockerignore`.
    package init(_ folder: FilePath, of dockerfile: FilePath, apartFrom others: [FilePath] = [])
        throws(Failure)
    {
        guard let root = Directory.resolved(folder) else {
            throw Failure(.fileMissing, "the directory \(folder) does not exist")
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

    /// Returns the files and folders that a source of `ADD` or `COPY` names, sorted; none if a pattern matches nothing.
    ///
    /// - Parameters:
    ///   - source: a path or pattern relative to the context; a leading `/` means the context.
    ///   - location: the instruction.
    /// - Returns: the files and folders that exist and are not ignored.
    /// - Throws: ``Failure/Code/dockerfileInvalid`` for a file that is missing, ignored or outside the context.
    func items(_ source: String, at location: SourceLocation) throws(Failure) -> [Item] {
        // A `..` at the top of the context stays there, as in docker.
        let parts = ImagePath.parts(source)
        guard let patterns = parts.patterns() else {
            throw location.invalid(
                "\(source.quoted) is not a valid pattern",
                why: "a [ has no closing ], or nothing follows a \\"
            )
        }
        guard patterns.contains(where: \.hasWildcards) else {
            let name = parts.map(\.withoutEscapes).joined(separator: "/")
            return [try item(name, of: source, at: location)]
        }
        var names = [""]
        for (position, pattern) in patterns.enumerated() {
            var next: [String] = []
            for name in names {
                try checkCancellation()
                guard pattern.hasWildcards else {
                    next.append(Self.join(name, parts[position].withoutEscapes))
                    continue
                }
                let below = (try? Directory.names(in: path(name))) ?? []
                next += below.filter { pattern.matches($0) }.map { Self.join(name, $0) }
            }
            names = next.filter { (try? path($0).stat(followTargetSymlink: false)) != nil }
        }
        var items: [Item] = []
        for name in names {
            guard try isIncluded(name), !isExcluded(path(name)) else { continue }
            items.append(try item(name, of: name, at: location))
        }
        return items
    }

    /// Lists a folder of the context recursively, with names relative to that folder.
    func walk(_ folder: Item, at location: SourceLocation) throws(Failure) -> [Item] {
        var items: [Item] = []
        var folders = [""]
        while let above = folders.popLast() {
            let entries = try Directory.entries(
                in: above.isEmpty ? folder.path : folder.path.pushing(FilePath(above))
            )
            if let unreadable = entries.first(where: { String(validating: $0) == nil }) {
                throw location.invalid(
                    "the name of \(Self.join(folder.name, Self.join(above, unreadable.string)).quoted) is not valid UTF-8",
                    try: ["rename the file, or list its directory in .dockerignore"]
                )
            }
            for entry in entries.map(\.string).sorted() {
                try checkCancellation()
                let name = Self.join(above, entry)
                let whole = Self.join(folder.name, name)
                let path = folder.path.pushing(FilePath(name))
                let type = (try? path.stat(followTargetSymlink: false))?.type
                if isExcluded(self.path(whole)) { continue }
                let isIncluded = try isIncluded(whole)
                if type == .directory {
                    guard isIncluded || ignored.haveExceptions else { continue }
                    folders.append(name)
                    if isIncluded { items.append(Item(name: name, path: path, isFolder: true)) }
                    continue
                }
                guard isIncluded else { continue }
                guard type == .regular else {
                    throw location.unsupported(
                        "\(whole.quoted) is \(type == .symbolicLink ? "a symbolic link" : "not a regular file")",
                        why: "only regular files and directories can be packed",
                        try: ["list it in .dockerignore, or COPY the file that it points to"]
                    )
                }
                items.append(Item(name: name, path: path, isFolder: false))
            }
        }
        return items
    }

    private func item(_ name: String, of source: String, at location: SourceLocation) throws(Failure) -> Item
    {
        guard let resolved = Directory.resolved(path(name)) else {
            throw missing(name, of: source, at: location)
        }
        guard resolved.starts(with: root) else {
            throw location.invalid(
                "\(name.quoted) points outside the context",
                why: "it is a symbolic link to \(resolved); docker would say \"not found\"",
                try: ["copy the file itself into \(folder)"]
            )
        }
        guard !isExcluded(resolved) else {
            throw location.invalid(
                "\(name.quoted) is excluded from the context",
                why: "the build writes its output there, so the next build would read other content"
            )
        }
        var inside = resolved
        _ = inside.removePrefix(root)
        for name in [name, inside.string] {
            if let rule = try ignored.excluding(name), !name.isEmpty,
                !(ignored.haveExceptions && Directory.exists(resolved))
            {
                throw location.invalid(
                    "\(name.quoted) is excluded from the context",
                    why: rule,
                    try: ["append this line to that file: !\(name)"]
                )
            }
        }
        switch Directory.type(of: resolved) {
        // Files below a linked folder are matched by their real names.
        case .directory?: return Item(name: inside.string, path: shown(inside), isFolder: true)
        case .regular?: return Item(name: name, path: shown(inside), isFolder: false)
        default:
            throw location.unsupported(
                "\(name.quoted) is not a regular file",
                why: "only regular files and directories can be packed"
            )
        }
    }

    /// The path as the user would write it.
    private func shown(_ inside: FilePath) -> FilePath {
        folder == "." && !inside.isEmpty ? inside : folder.pushing(inside)
    }

    private func missing(_ name: String, of source: String, at location: SourceLocation) -> Failure {
        let parent = path(name).removingLastComponent()
        let others = ((try? Directory.names(in: parent)) ?? []).filter { $0.hasSuffix(".wasm") }
        var (why, hints) = elsewhere(name, source, location) ?? (nil, [])
        if why == nil {
            why =
                others.isEmpty
                ? "wasmpack does not compile; build the module first"
                : "the directory has \(others.prefix(5).joined(separator: ", "))"
        }
        return location.invalid("\(name.quoted) does not exist in \(folder)", why: why, try: hints)
    }

    /// Explains a missing file that exists where another reading of its path leads.
    private func elsewhere(_ name: String, _ source: String, _ location: SourceLocation) -> (
        String?, [String]
    )? {
        func file(_ path: FilePath) -> FilePath? {
            Directory.type(of: path) == .regular ? Directory.resolved(path) : nil
        }
        let starts = "paths begin at the context, \(folder)"
        if source.hasPrefix("/"), let found = file(FilePath(source)) {
            var inside = found
            return inside.removePrefix(root)
                ? (starts, ["\(inside)"])
                : ("\(starts), but the file is outside it", ["copy the file into \(folder)"])
        }
        let candidates: [(path: FilePath, context: String)] = [
            (folder.pushing(FilePath(source)), "\(folder.appending(".."))"),
            (FilePath(location.file).removingLastComponent().appending(name), ""),
            (FilePath(name), "."),
        ]
        for (path, context) in candidates {
            guard let found = file(path), !found.starts(with: root) else { continue }
            let isAbove = Directory.resolved(FilePath(context)).map(found.starts) ?? false
            return (
                "\(starts), but the file is \(path)",
                context.isEmpty || !isAbove
                    ? ["copy the file into \(folder)"] : ["wasmpack build -f \(location.file) \(context)"]
            )
        }
        return nil
    }

    private func isIncluded(_ name: String) throws(Failure) -> Bool {
        if name.isEmpty { return true }
        return try ignored.excluding(name) == nil
    }

    /// Whether a path with links resolved is, or is below, an excluded path.
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
    /// The file name that a pattern without wildcards matches.
    fileprivate var withoutEscapes: String {
        var result = String.UnicodeScalarView()
        var rest = Substring.UnicodeScalarView(unicodeScalars)
        while let scalar = rest.popFirst() {
            if let next = scalar == "\\" ? rest.popFirst() : scalar { result.append(next) }
        }
        return String(result)
    }
}
