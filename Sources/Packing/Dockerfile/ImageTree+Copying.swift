import Archive
import Diagnostics
import HostSystem
import SystemPackage

extension ImageTree {
    /// Carries out an `ADD` or `COPY`, with docker's rules for the destination.
    ///
    /// A folder gives its contents, not itself. A file goes into a destination that is a folder, or that ends with a `/`;
    /// else it gets the destination's name.
    mutating func copy(
        _ copying: Dockerfile.Copying,
        from context: BuildContext,
        at place: DockerfilePlace,
        _ events: some EventSink
    ) throws(Failure) {
        var items: [BuildContext.Item] = []
        for source in copying.sources {
            let found = try context.items(source, at: place)
            if found.isEmpty {
                events.record(.warning("\(place.file):\(place.line): nothing matches \(source.quoted)"))
            }
            items += found
        }
        let endsWithSlash = copying.target.hasSuffix("/")
        let target = String(ImagePath.withoutSlash(copying.target).dropFirst())
        let isFolder = endsWithSlash || self.isFolder(target)
        guard isFolder || (items.count <= 1 && copying.sources.count == 1) else {
            throw place.invalid(
                "several files cannot all become \(copying.destination.quoted)",
                why: "with more than one source, the destination is a folder and ends with a /",
                try: [
                    "\(copying.instruction) \(copying.sources.joined(separator: " ").truncated(to: 120)) "
                        + "\(copying.destination.truncated(to: 80))/"
                ]
            )
        }
        if isFolder { try makeFolder(target, permissions: copying.permissions, at: place) }
        for item in items {
            guard item.isFolder else {
                let base = item.name.split(separator: "/").last.map(String.init) ?? item.name
                let name = isFolder ? (target.isEmpty ? base : "\(target)/\(base)") : target
                try copy(item.path, to: name, copying, at: place)
                continue
            }
            try makeFolder(target, permissions: copying.permissions, at: place)
            for inner in try context.walk(item, at: place) {
                let name = target.isEmpty ? inner.name : "\(target)/\(inner.name)"
                if inner.isFolder {
                    try makeFolder(name, permissions: copying.permissions, at: place)
                } else {
                    try putFile(inner.path, name, permissions: copying.permissions, at: place)
                }
            }
        }
    }

    private mutating func copy(
        _ file: FilePath,
        to name: String,
        _ copying: Dockerfile.Copying,
        at place: DockerfilePlace
    ) throws(Failure) {
        if copying.unpacks {
            let start = try ReadableFile(opening: file).read(at: 0, count: ArchiveSign.length)
            guard !ArchiveSign.isArchive(start) else {
                throw place.unsupported(
                    "ADD of an archive (\(file.lastComponent?.string ?? name)) is not supported",
                    why: "docker would unpack it",
                    try: ["COPY in place of ADD, which never unpacks", "unpack it first, and COPY the files"]
                )
            }
        }
        try putFile(file, name, permissions: copying.permissions, at: place)
    }
}
