import Archive

/// Files of several layers laid one upon the other, as far as a search for a module needs it (image spec, "Layers",
/// Whiteouts).
///
/// Layers are laid from the lowest to the highest. Nothing but names is kept, and of those only some.
struct LayerOverlay {
    /// A regular file in a layer.
    struct File {
        /// The layer, counted from 0, the lowest one.
        let layer: Int
        /// Its place among the entries of that layer, counted from 0.
        let place: Int
        /// What its header says.
        let entry: TarReader.Entry
        fileprivate let path: [Substring]
    }

    /// How many files are kept; who has more of them has no answer to the question which one is meant.
    private static let limit = 100
    /// The longest name that is kept, in bytes: Linux's `PATH_MAX`.
    private static let nameLimit = 4096

    private let baseName: String
    /// The files with the name looked for.
    private(set) var named: [File] = []
    /// All other files whose name ends in `.wasm`.
    private(set) var modules: [File] = []

    /// Prepares a search for files with a last part of their name.
    init(lookingFor baseName: String) { self.baseName = baseName }

    /// The file that is meant: the first one of that name in the highest layer, or else the only other module.
    var choice: File? {
        if let top = named.last?.layer { return named.first { $0.layer == top } }
        return modules.count == 1 ? modules.first : nil
    }

    /// Lays one entry of a layer over what is below.
    mutating func lay(_ entry: TarReader.Entry, at place: Int, of layer: Int) {
        let path = Self.path(of: entry)
        guard let last = path.last else { return }
        let cover = Cover(path, last, isFolder: entry.kind == .folder)
        named.removeAll { $0.layer < layer && cover.hides($0.path) }
        modules.removeAll { $0.layer < layer && cover.hides($0.path) }
        guard entry.isRegularFile, entry.name.utf8.count <= Self.nameLimit else { return }
        let file = File(layer: layer, place: place, entry: entry, path: path)
        if last == baseName {
            Self.keep(file, in: &named)
        } else if last.hasSuffix(".wasm"), !last.hasPrefix(Cover.prefix) {
            Self.keep(file, in: &modules)
        }
    }

    /// Of too many, those of lower layers go: they would not be taken anyway.
    private static func keep(_ file: File, in files: inout [File]) {
        if files.count == limit, let first = files.first, first.layer < file.layer { files.removeFirst() }
        if files.count < limit { files.append(file) }
    }

    /// The parts of a name, where `./a//b` is `a/b`.
    private static func path(of entry: TarReader.Entry) -> [Substring] {
        entry.name.split(separator: "/").filter { $0 != "." }
    }
}

/// What an entry of a layer hides in the layers below.
private struct Cover {
    /// What the name of a whiteout begins with.
    static let prefix = ".wh."
    private static let opaque = ".wh..wh..opq"

    private let path: [Substring]
    /// Whether what lies within the path is hidden, and whether the path itself is.
    private let hidesWithin: Bool
    private let hidesItself: Bool

    init(_ path: [Substring], _ last: Substring, isFolder: Bool) {
        let folder = Array(path.dropLast())
        if last == Self.opaque {
            (self.path, hidesWithin, hidesItself) = (folder, true, false)
        } else if last.hasPrefix(Self.prefix) {
            (self.path, hidesWithin, hidesItself) = (folder + [last.dropFirst(Self.prefix.count)], true, true)
        } else {
            // What is there again, as whatever it is, replaces what was there; only folders are merged.
            (self.path, hidesWithin, hidesItself) = (path, !isFolder, true)
        }
    }

    func hides(_ other: [Substring]) -> Bool {
        guard other.starts(with: path) else { return false }
        return other.count == path.count ? hidesItself : hidesWithin
    }
}
