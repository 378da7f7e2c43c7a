import Archive
import Diagnostics
import HostSystem
import SystemPackage

extension ImageTree {
    /// Executes an `ADD` or `COPY` with docker's rules for the destination.
    ///
    /// A source folder contributes its contents, not itself. A source file is placed in a destination that is a folder or
    /// ends with a `/`; otherwise it gets the destination's name.
    mutating func copy(
        _ copying: Dockerfile.Copying,
        from context: BuildContext,
        at location: SourceLocation,
        _ events: some EventSink
    ) throws(Failure) {
        var items: [BuildContext.Item] = []
        for source in copying.sources {
            let found = try context.items(source, at: location)
            if found.isEmpty {
                events.record(
                    .warning(
                        "\(location.file):\(location.line): the pattern \(source.quoted) matches no files"
                    )
                )
            }
            items += found
        }
        let endsWithSlash = copying.target.hasSuffix("/")
        let target = String(ImagePath.withoutSlash(copying.target).dropFirst())
        let isFolder = endsWithSlash || self.isFolder(target)
        guard isFolder || (items.count <= 1 && copying.sources.count == 1) else {
            throw location.invalid(
                "several files cannot be copied to one file, \(copying.destination.quoted)",
                why: "with more than one source, the destination must be a directory and end with a /",
                try: Self.advice(for: copying, target, items)
            )
        }
        if isFolder { try makeFolder(target, permissions: copying.permissions, at: location) }
        for item in items {
            try checkCancellation()
            guard item.isFolder else {
                let base = item.name.split(separator: "/").last.map(String.init) ?? item.name
                let name = isFolder ? (target.isEmpty ? base : "\(target)/\(base)") : target
                try copy(item.path, to: name, copying, at: location)
                continue
            }
            try makeFolder(target, permissions: copying.permissions, at: location)
            for inner in try context.walk(item, at: location) {
                let name = target.isEmpty ? inner.name : "\(target)/\(inner.name)"
                if inner.isFolder {
                    try makeFolder(name, permissions: copying.permissions, at: location)
                } else {
                    try putFile(inner.path, name, permissions: copying.permissions, at: location)
                }
            }
        }
    }

    /// Returns the instructions to write instead; an image has one module, so several are not copied to a folder.
    private static func advice(
        for copying: Dockerfile.Copying,
        _ target: String,
        _ items: [BuildContext.Item]
    ) -> [String] {
        let destination = copying.destination.truncated(to: 80)
        guard target.hasSuffix(".wasm") else {
            let sources = copying.sources.joined(separator: " ").truncated(to: 120)
            return ["\(copying.instruction) \(sources) \(destination)/"]
        }
        return items.filter { !$0.isFolder }.prefix(5).map {
            "\(copying.instruction) \($0.name.truncated(to: 120)) \(destination)"
        }
    }

    private mutating func copy(
        _ file: FilePath,
        to name: String,
        _ copying: Dockerfile.Copying,
        at location: SourceLocation
    ) throws(Failure) {
        if copying.unpacks {
            let start = try ReadableFile(opening: file).read(at: 0, count: ArchiveMagic.length)
            guard !ArchiveMagic.isArchive(start) else {
                throw location.unsupported(
                    "ADD of an archive (\(file.lastComponent?.string ?? name)) is not supported",
                    why: "docker would unpack it",
                    try: ["use COPY, which does not unpack archives", "unpack it first, then COPY the files"]
                )
            }
        }
        try putFile(file, name, permissions: copying.permissions, at: location)
    }
}
