import Archive

/// The merged file names of several layers, limited to what a search for a module needs (image spec, "Layers",
/// Whiteouts).
///
/// Layers are added from the lowest to the highest. Only the names of candidates are kept.
struct LayerOverlay {
    /// A regular file in a layer.
    struct File {
        /// The index of the layer; 0 is the lowest.
        let layer: Int
        /// The index of the entry in that layer.
        let entryIndex: Int
        /// The entry's header.
        let entry: TarReader.Entry
        fileprivate let path: [Substring]
    }

    /// The maximum number of files to keep; with more of them, the choice is ambiguous anyway.
    private static let limit = 100
    /// The maximum length of a name to keep, in bytes: Linux's `PATH_MAX`.
    private static let nameLimit = 4096

    private let baseName: String
    /// The files with the wanted name.
    private(set) var named: [File] = []
    /// All other files whose name ends with `.wasm`.
    private(set) var modules: [File] = []

    /// Starts a search for files by the last component of their name.
    init(lookingFor baseName: String) { self.baseName = baseName }

    /// The file to extract: the first one with that name in the highest layer, or else the only other module.
    var choice: File? {
        if let top = named.last?.layer { return named.first { $0.layer == top } }
        return modules.count == 1 ? modules.first : nil
    }

    /// Adds an entry of a layer and removes the files that it hides in lower layers.
    mutating func add(_ entry: TarReader.Entry, at index: Int, of layer: Int) {
        // A longer name fits no file system, so it hides nothing.
        guard entry.name.utf8.count <= Self.nameLimit else { return }
        let path = Self.path(of: entry)
        guard let last = path.last else { return }
        let hidden = HiddenPaths(path, last, isFolder: entry.kind == .folder)
        named.removeAll { $0.layer < layer && hidden.contains($0.path) }
        modules.removeAll { $0.layer < layer && hidden.contains($0.path) }
        guard entry.isRegularFile else { return }
        let file = File(layer: layer, entryIndex: index, entry: entry, path: path)
        if last == baseName {
            Self.keep(file, in: &named)
        } else if last.hasSuffix(".wasm"), !last.hasPrefix(HiddenPaths.prefix) {
            Self.keep(file, in: &modules)
        }
    }

    /// Keeps a file within the limit; files of lower layers are dropped first, because higher layers win.
    private static func keep(_ file: File, in files: inout [File]) {
        if files.count == limit, let first = files.first, first.layer < file.layer { files.removeFirst() }
        if files.count < limit { files.append(file) }
    }

    /// Splits a name into its components; `./a//b` equals `a/b`.
    private static func path(of entry: TarReader.Entry) -> [Substring] {
        entry.name.split(separator: "/").filter { $0 != "." }
    }
}

/// The paths that an entry of a layer hides in the layers below.
private struct HiddenPaths {
    /// The prefix of a whiteout's name.
    static let prefix = ".wh."
    private static let opaque = ".wh..wh..opq"

    private let path: [Substring]
    /// Whether paths below the path are hidden, and whether the path itself is.
    private let hidesWithin: Bool
    private let hidesItself: Bool

    init(_ path: [Substring], _ last: Substring, isFolder: Bool) {
        let folder = Array(path.dropLast())
        if last == Self.opaque {
            (self.path, hidesWithin, hidesItself) = (folder, true, false)
        } else if last.hasPrefix(Self.prefix) {
            (self.path, hidesWithin, hidesItself) = (folder + [last.dropFirst(Self.prefix.count)], true, true)
        } else {
            // An entry replaces the entry of the same name below it; only folders are merged.
            (self.path, hidesWithin, hidesItself) = (path, !isFolder, true)
        }
    }

    func contains(_ candidate: [Substring]) -> Bool {
        guard candidate.starts(with: path) else { return false }
        return candidate.count == path.count ? hidesItself : hidesWithin
    }
}
