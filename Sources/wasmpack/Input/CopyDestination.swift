import Diagnostics
import HostSystem
import OCI
import Storage
import SystemPackage

/// The destination of `copy`: a registry, a layout or an archive, which need not exist yet.
enum CopyDestination {
    case reference(Reference)
    case layout(FilePath, RefName?)
    case archive(FilePath, RefName?)

    /// Reads a destination.
    ///
    /// The first rule that matches applies: an existing path; a name that ends in `.tar` is an archive; a text that can only
    /// be a path is a layout; a text that names a host is a reference; anything else is a layout in an existing folder.
    init(parsing text: String) throws(Failure) {
        if text.isEmpty { throw Failure(.usage, "TO is empty") }
        if text == "-" {
            throw Failure(
                .usage,
                "copy does not write to standard output",
                why: "it copies whole images",
                try: ["wasmpack pull REFERENCE -o -", "for an archive, copy to a name that ends in .tar"]
            )
        }
        switch try Target.existing(text) {
        case .layout(let path, let name)?: self = .layout(path, name)
        case .archive(let path, let name)?: self = try Self.archive(path, named: name)
        case .module?:
            throw Failure(
                .usage,
                "\(text) is an existing file, not a layout or an archive",
                why: "the name of an archive ends in .tar",
                try: ["choose another name"]
            )
        case .reference?, nil: self = try Self.missing(text)
        }
    }

    private static func missing(_ text: String) throws(Failure) -> CopyDestination {
        if Target.isBareHost(text), !FileKind.isArchive(named: text) {
            throw Failure(
                .usage,
                "\(text) names only a registry; the repository is missing",
                try: ["copy to \(text)/REPOSITORY:TAG", "for a layout, write ./\(text)"]
            )
        }
        if !Target.namesHost(text) { try checkName(in: text) }
        let (path, name) = try Target.named(text).map { ($0, $1 as RefName?) } ?? (FilePath(text), nil)
        if FileKind.isArchive(named: path.string) { return try archive(path, named: name) }
        if Target.isPath(text) { return .layout(path, name) }
        if Target.namesHost(text) { return .reference(try Reference(parsing: text)) }
        guard Directory.exists(path.directory) else {
            throw Failure(
                .fileMissing,
                "the directory \(path.directory) for the layout \(path) does not exist",
                why: "\(text) does not name a registry",
                try: ["for Docker Hub, write docker.io/\(text)", "for a layout, write ./\(text)"]
            )
        }
        return .layout(path, name)
    }

    /// Throws if the text after a path is neither a tag nor a digest.
    private static func checkName(in text: String) throws(Failure) {
        if let cut = text.firstRange(of: "@sha") {
            _ = try Digest(parsing: text[text.index(after: cut.lowerBound)...])
        } else if let cut = text.lastIndex(of: ":") {
            let name = text[text.index(after: cut)...]
            if !name.contains("/") { _ = try Tag(parsing: name) }
        }
    }

    private static func archive(_ path: FilePath, named name: RefName?) throws(Failure) -> CopyDestination {
        try path.failUnlessPlainArchive()
        return .archive(path, name)
    }

    /// The reference, if the destination is in a registry.
    var reference: Reference? {
        if case .reference(let reference) = self { reference } else { nil }
    }
}

extension CopyDestination: CustomStringConvertible {
    /// The destination as text for messages.
    var description: String {
        switch self {
        case .reference(let reference): reference.description
        case .layout(let path, let name), .archive(let path, let name):
            switch name {
            case .digest(let digest)?: "\(path)@\(digest)"
            case let name?: "\(path):\(name)"
            case nil: path.string
            }
        }
    }
}

extension FilePath {
    /// Throws ``Failure/Code/usage`` if the name does not end in `.tar`, the only form of archive that is written.
    func failUnlessPlainArchive() throws(Failure) {
        guard string.hasSuffix(".tar") else {
            let name = "\(stem.map { stem in stem.withoutTar } ?? "image").tar"
            throw Failure(
                .usage,
                FileKind.isArchive(named: string)
                    ? "archives are written without compression"
                    : "\"\(self)\" is not a valid name for an archive",
                why: FileKind.isArchive(named: string)
                    ? "their layers are already compressed; \(self) would be a compressed archive"
                    : "the name of an archive ends in .tar",
                try: ["\(removingLastComponent().appending(name))"]
            )
        }
    }
}

extension String {
    fileprivate var withoutTar: String { hasSuffix(".tar") ? String(dropLast(4)) : self }
}
