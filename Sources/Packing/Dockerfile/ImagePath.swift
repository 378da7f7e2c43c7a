/// Paths in an image: from the root on, with slashes, without `.` and `..`.
enum ImagePath {
    /// A path seen from a folder; ends with a `/` if the text does, or if it ends with `/.`.
    static func join(_ folder: String, _ text: String) -> String {
        let whole = text.hasPrefix("/") ? text : "\(folder)/\(text)"
        let isFolder = text.hasSuffix("/") || text.hasSuffix("/.") || text.hasSuffix("/..") || text == ".."
        let path = "/" + parts(whole).joined(separator: "/")
        return isFolder && path != "/" ? path + "/" : path
    }

    /// The parts of a path's names: what `.` and `..` mean is carried out, and above the root there is nothing.
    static func parts(_ path: String) -> [String] {
        var parts: [String] = []
        for part in path.utf8.split(separator: UInt8(ascii: "/")).map({ String(Substring($0)) }) {
            switch part {
            case ".": break
            case "..": _ = parts.popLast()
            default: parts.append(part)
            }
        }
        return parts
    }

    /// The path without a `/` at its end; the root stays what it is.
    static func withoutSlash(_ path: String) -> String {
        path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }
}
