import Diagnostics
import SystemPackage

/// The files of an image while its instructions are carried out, and what the present one adds to them.
struct ImageTree {
    /// How long a path from the root on can be at most, in bytes, if its parts fit into a tar's header.
    static let longestName = 256

    /// What is there by its name, which begins without a `/`.
    private(set) var entries: [String: ImageContents.Entry] = [:]
    private var changed: Set<String> = []

    /// Whether something is a folder; the root always is.
    func isFolder(_ name: String) -> Bool { name.isEmpty || entries[name].map { $0.path == nil } == true }

    /// Makes a folder, and those above it that are missing.
    mutating func makeFolder(_ name: String, permissions: UInt16?, at place: DockerfilePlace) throws(Failure)
    {
        for name in Self.folders(above: name) + [name] where !name.isEmpty {
            if let entry = entries[name] {
                guard entry.path == nil else {
                    throw place.invalid("/\(name.truncated(to: 80)) is a file, and cannot become a folder")
                }
                continue
            }
            try put(ImageContents.Entry(folder: name, permissions: permissions ?? 0o755), at: place)
        }
    }

    /// Puts a file where it belongs, over the one that is there.
    mutating func putFile(
        _ path: FilePath,
        _ name: String,
        permissions: UInt16?,
        at place: DockerfilePlace
    ) throws(Failure) {
        guard !isFolder(name) else {
            throw place.invalid("/\(name.truncated(to: 80)) is a folder, and cannot become a file")
        }
        if let parent = Self.folders(above: name).last {
            try makeFolder(parent, permissions: permissions, at: place)
        }
        try put(
            ImageContents.Entry(file: path, named: name, permissions: permissions ?? 0o644),
            at: place
        )
    }

    /// Takes what was added since the last call as a layer: what is new and the folders above it, each folder before what
    /// it holds, and names in the order of their bytes; empty if nothing is new.
    mutating func takeLayer() -> [ImageContents.Entry] {
        defer { changed = [] }
        let names = changed.union(changed.flatMap(Self.folders(above:)))
        return names.map { (name: $0, parts: $0.utf8.split(separator: UInt8(ascii: "/")).map(Array.init)) }
            .sorted { one, other in
                one.parts.lexicographicallyPrecedes(other.parts) { $0.lexicographicallyPrecedes($1) }
            }
            .compactMap { entries[$0.name] }
    }

    private mutating func put(_ entry: ImageContents.Entry, at place: DockerfilePlace) throws(Failure) {
        guard Self.fits(entry.name) else {
            throw place.unsupported(
                "the path /\(entry.name.truncated(to: 120)) is too long for a layer",
                why:
                    "it has \(entry.name.utf8.count) bytes; a tar's header takes 100 for the name and 155 for the folders"
            )
        }
        // In a layer such a name deletes (image spec, "Whiteouts").
        guard FilePath(entry.name).lastComponent?.string.hasPrefix(".wh.") != true else {
            throw place.unsupported("the name /\(entry.name.truncated(to: 120)) means a deletion in a layer")
        }
        entries[entry.name] = entry
        changed.insert(entry.name)
    }

    /// Whether a name fits into an ustar header (POSIX.1-1988), with a `/` behind a folder's.
    private static func fits(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        if bytes.count < 100 { return true }
        guard bytes.count < 256 else { return false }
        return bytes.indices.contains { position in
            bytes[position] == UInt8(ascii: "/") && position <= 155 && bytes.count - position - 1 < 100
        }
    }

    /// The folders on the way to a name, the outermost first.
    private static func folders(above name: String) -> [String] {
        zip(name.utf8.indices, name.utf8).filter { $1 == UInt8(ascii: "/") }.map { String(name[..<$0.0]) }
    }
}
