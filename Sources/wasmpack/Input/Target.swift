import Diagnostics
import HostSystem
import OCI
import Storage
import SystemPackage

/// What a command is pointed at: a module, an image in a layout, or one in a registry.
enum Target {
    case module(FilePath)
    case layout(FilePath, RefName?)
    case reference(Reference)

    /// Reads a target.
    ///
    /// An existing path wins; what can only be a path is one; what names a host is a reference; anything else is a
    /// file that is missing.
    init(parsing text: String) throws(Failure) {
        if let local = try Self.existing(text) {
            self = local
            return
        }
        guard !Self.isPath(text) else { throw Self.missing(text) }
        guard Self.namesHost(text) else { throw Self.missing(text) }
        self = .reference(try Reference(parsing: text))
    }

    /// What is there under a path, or under a path with a tag or digest behind it.
    static func existing(_ text: String) throws(Failure) -> Target? {
        let path = FilePath(text)
        switch Directory.type(of: path) {
        case .directory?: return .layout(path, nil)
        case nil: break
        default: return .module(path)
        }
        for separator in ["@", ":"] as [Character] {
            guard let cut = text.firstIndex(of: separator, isLast: separator == ":") else { continue }
            let folder = FilePath(String(text[..<cut]))
            guard Directory.type(of: folder) == .directory else { continue }
            let name = text[text.index(after: cut)...]
            if name.contains("/") { continue }
            return .layout(
                folder,
                separator == "@" ? .digest(try Digest(parsing: name)) : .tag(try Tag(parsing: name))
            )
        }
        return nil
    }

    /// Whether a text can only be a path.
    static func isPath(_ text: String) -> Bool {
        text.hasSuffix(".wasm") || text.hasSuffix(".tar") || text.hasPrefix("./") || text.hasPrefix("../")
            || text.hasPrefix("/") || text == "." || text == ".."
    }

    /// Whether a text names a registry's host, or has the three parts that only a registry's image has.
    static func namesHost(_ text: String) -> Bool {
        if text.contains("://") { return true }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count > 1, let last = parts.last else { return false }
        return Reference.looksLikeHost(parts[0])
            || (parts.count > 2 && last.contains { $0 == ":" || $0 == "@" })
    }

    private static func missing(_ text: String) -> Failure {
        Failure(
            .fileMissing,
            "no such file: \(text)",
            why: "it is no existing path, and names no registry either",
            try: isPath(text) ? [] : ["registry.example.com/\(text), if an image in a registry is meant"]
        )
    }
}

extension String {
    fileprivate func firstIndex(of character: Character, isLast: Bool) -> Index? {
        isLast ? lastIndex(of: character) : firstIndex(of: character)
    }
}
