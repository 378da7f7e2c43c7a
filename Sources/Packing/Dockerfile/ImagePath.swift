/// Absolute paths in an image, without `.` and `..`.
enum ImagePath {
    /// Resolves a path against a folder; the result ends with a `/` if the text names a folder (`/`, `/.`, `/..`).
    static func join(_ folder: String, _ text: String) -> String {
        let whole = text.hasPrefix("/") ? text : "\(folder)/\(text)"
        let isFolder = text.hasSuffix("/") || text.hasSuffix("/.") || text.hasSuffix("/..") || text == ".."
        let path = "/" + parts(whole).joined(separator: "/")
        return isFolder && path != "/" ? path + "/" : path
    }

    /// Splits a path into its components, with `.` and `..` resolved; `..` at the root has no effect.
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

    /// Returns the path without a trailing `/`; the root is unchanged.
    static func withoutSlash(_ path: String) -> String {
        path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }
}
