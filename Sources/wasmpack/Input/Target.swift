import Diagnostics
import HostSystem
import OCI
import Storage
import SystemPackage

/// What a command is pointed at: a module, an image in a layout or an archive, or one in a registry.
enum Target {
    case module(FilePath)
    case layout(FilePath, RefName?)
    case archive(FilePath, RefName?)
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
        if let whole = existing(FilePath(text), nil) { return whole }
        guard let (path, name) = try named(text) else { return nil }
        switch existing(path, name) {
        // A module has no names.
        case .module?, nil: return nil
        case let image?: return image
        }
    }

    private static func existing(_ path: FilePath, _ name: RefName?) -> Target? {
        switch Directory.type(of: path) {
        case nil: nil
        case .directory?: .layout(path, name)
        case .regular? where isArchive(path.string): .archive(path, name)
        default: .module(path)
        }
    }

    /// Cuts a text into a path and the tag or digest behind it; `nil` without one.
    ///
    /// Throws for a tag or digest that is none, if the path is there.
    static func named(_ text: String) throws(Failure) -> (FilePath, RefName)? {
        for separator in ["@", ":"] as [Character] {
            guard let cut = text.firstIndex(of: separator, isLast: separator == ":") else { continue }
            let (path, name) = (FilePath(String(text[..<cut])), text[text.index(after: cut)...])
            if path.isEmpty || name.contains("/") { continue }
            do throws(Failure) {
                if separator == "@" { return (path, .digest(try Digest(parsing: name))) }
                return (path, .tag(try Tag(parsing: name)))
            } catch {
                if Directory.type(of: path) != nil { throw error }
            }
        }
        return nil
    }

    /// Whether a file of this name is taken for an archive of images.
    static func isArchive(_ name: String) -> Bool {
        [".tar", ".tar.gz", ".tgz", ".tar.zst"].contains { name.hasSuffix($0) }
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

    /// Whether a text is a registry's host and perhaps its port, and nothing else.
    static func isBareHost(_ text: String) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard let host = parts.first, parts.count <= 2, !host.hasPrefix("."), !text.contains("/") else {
            return false
        }
        guard parts.count == 1 || (UInt16(parts[1]) ?? 0) > 0 else { return false }
        return host == "localhost" || host.contains(".")
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
