import Diagnostics
import HostSystem
import OCI
import Packing
import Storage
import SystemPackage

/// The target of a command: a module, or an image in a layout, an archive or a registry.
enum Target {
    case module(FilePath)
    case layout(FilePath, RefName?)
    case archive(FilePath, RefName?)
    case reference(Reference)

    /// Reads a target.
    ///
    /// The first rule that matches applies: an existing path; a text that can only be a path is a missing file; a text that
    /// names a host is a reference; anything else is a missing file.
    init(parsing text: String) throws(Failure) {
        if let local = try Self.existing(text) {
            self = local
            return
        }
        guard !Self.isPath(text) else { throw Self.missing(text) }
        guard Self.namesHost(text) else { throw Self.missing(text) }
        self = .reference(try Reference(parsing: text))
    }

    /// Returns the existing file or folder at a path, which may be followed by a tag or a digest.
    static func existing(_ text: String) throws(Failure) -> Target? {
        if let whole = existing(FilePath(text), nil) { return whole }
        guard let (path, name) = try named(text) else { return nil }
        switch existing(path, name) {
        // A module has no tags or digests.
        case .module?, nil: return nil
        case let image?: return image
        }
    }

    private static func existing(_ path: FilePath, _ name: RefName?) -> Target? {
        switch Directory.type(of: path) {
        case nil: nil
        case .directory?: .layout(path, name)
        case .regular? where FileKind(of: path) == .archive: .archive(path, name)
        default: .module(path)
        }
    }

    /// Splits a text into a path and the tag or digest after it; `nil` without one.
    ///
    /// Throws for an invalid tag or digest if the path exists.
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

    /// Whether a text can only be a path.
    static func isPath(_ text: String) -> Bool {
        text.hasSuffix(".wasm") || text.hasSuffix(".tar") || text.hasPrefix("./") || text.hasPrefix("../")
            || text.hasPrefix("/") || text == "." || text == ".."
    }

    /// Whether a text names a registry's host, or has the three parts that only an image in a registry has.
    static func namesHost(_ text: String) -> Bool {
        if text.contains("://") { return true }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count > 1, let last = parts.last else { return false }
        return Reference.looksLikeHost(parts[0])
            || (parts.count > 2 && last.contains { $0 == ":" || $0 == "@" })
    }

    /// Whether a text is only a registry's host, with or without a port.
    static func isBareHost(_ text: String) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard let host = parts.first, parts.count <= 2, !host.hasPrefix("."), !text.contains("/") else {
            return false
        }
        guard parts.count == 1 || (UInt16(parts[1]) ?? 0) > 0 else { return false }
        return host == "localhost" || host.contains(".")
    }

    /// Advice to use a module with a similar name.
    private static func neighbor(of text: String) -> [String] {
        guard text.hasSuffix(".wasm"), let found = PluginFile.neighbor(of: FilePath(text)) else { return [] }
        return ["use \(found)"]
    }

    private static func missing(_ text: String) -> Failure {
        Failure(
            .fileMissing,
            "no such file: \(text)",
            why: "it is not an existing path, and does not name a registry",
            try: isPath(text)
                ? neighbor(of: text) : ["for an image in a registry, write registry.example.com/\(text)"]
        )
    }
}

extension Failure {
    /// The failure for a file where a layout or an archive is expected; `hint` is the command for a module.
    init(notAnImage path: FilePath, why: String? = nil, try hint: String) {
        guard FileKind.isModule(path) else {
            self.init(
                .usage,
                "\(path) is not an image",
                why: "it is neither an archive of images nor a layout, which is a directory"
            )
            return
        }
        self.init(.usage, "\(path) is a module, not an image", why: why, try: [hint])
    }
}

extension String {
    fileprivate func firstIndex(of character: Character, isLast: Bool) -> Index? {
        isLast ? lastIndex(of: character) : firstIndex(of: character)
    }
}
