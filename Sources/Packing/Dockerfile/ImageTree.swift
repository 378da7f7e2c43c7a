import Diagnostics
import SystemPackage

/// The files of an image while its instructions are executed, and the changes since the last layer.
struct ImageTree {
    /// The maximum length of an absolute path that fits in a ustar header, in bytes.
    static let longestName = 256

    /// The entries by name, without a leading `/`.
    private(set) var entries: [String: ImageContents.Entry] = [:]
    private var changed: Set<String> = []

    /// Whether a path is a folder; the root always is.
    func isFolder(_ name: String) -> Bool { name.isEmpty || entries[name].map { $0.path == nil } == true }

    /// Creates a folder and its missing parents.
    mutating func makeFolder(_ name: String, permissions: UInt16?, at location: SourceLocation)
        throws(Failure)
    {
        for name in Self.folders(above: name) + [name] where !name.isEmpty {
            if let entry = entries[name] {
                guard entry.path == nil else {
                    throw location.invalid(
                        "/\(name.truncated(to: 80)) is already a file and cannot be replaced by a directory"
                    )
                }
                continue
            }
            try put(ImageContents.Entry(folder: name, permissions: permissions ?? 0o755), at: location)
        }
    }

    /// Adds a file, or replaces the existing one, and creates its missing parents.
    mutating func putFile(
        _ path: FilePath,
        _ name: String,
        permissions: UInt16?,
        at location: SourceLocation
    ) throws(Failure) {
        guard !isFolder(name) else {
            throw location.invalid(
                "/\(name.truncated(to: 80)) is already a directory and cannot be replaced by a file"
            )
        }
        if let parent = Self.folders(above: name).last {
            try makeFolder(parent, permissions: permissions, at: location)
        }
        try put(
            ImageContents.Entry(file: path, named: name, permissions: permissions ?? 0o644),
            at: location
        )
    }

    /// Returns the entries added since the last call as a layer, with their parent folders.
    ///
    /// Each folder precedes its contents, and names are in byte order. The result is empty if nothing was added.
    mutating func takeLayer() -> [ImageContents.Entry] {
        defer { changed = [] }
        let names = changed.union(changed.flatMap(Self.folders(above:)))
        return names.map { (name: $0, parts: $0.utf8.split(separator: UInt8(ascii: "/")).map(Array.init)) }
            .sorted { first, second in
                first.parts.lexicographicallyPrecedes(second.parts) { $0.lexicographicallyPrecedes($1) }
            }
            .compactMap { entries[$0.name] }
    }

    private mutating func put(_ entry: ImageContents.Entry, at location: SourceLocation) throws(Failure) {
        guard Self.fits(entry.name) else {
            throw location.unsupported(
                "the path /\(entry.name.truncated(to: 120)) is too long for a layer",
                why:
                    "it has \(entry.name.utf8.count) bytes; a tar header holds 100 for the name and 155 for the directories"
            )
        }
        // Such a name is a whiteout, which deletes a file of a lower layer (image spec, "Whiteouts").
        guard FilePath(entry.name).lastComponent?.string.hasPrefix(".wh.") != true else {
            throw location.unsupported(
                "the name /\(entry.name.truncated(to: 120)) would delete a file: .wh. marks a whiteout in a layer"
            )
        }
        entries[entry.name] = entry
        changed.insert(entry.name)
    }

    /// Whether a name fits in a ustar header (POSIX.1-1988), with the `/` that follows a folder's name.
    private static func fits(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        if bytes.count < 100 { return true }
        guard bytes.count < 256 else { return false }
        return bytes.indices.contains { position in
            bytes[position] == UInt8(ascii: "/") && position <= 155 && bytes.count - position - 1 < 100
        }
    }

    /// Returns the parent folders of a name, outermost first.
    private static func folders(above name: String) -> [String] {
        zip(name.utf8.indices, name.utf8).filter { $1 == UInt8(ascii: "/") }.map { String(name[..<$0.0]) }
    }
}
