import Diagnostics
import HostSystem
import OCI
import SystemPackage

/// Where `copy` puts an image: in a registry, a layout or an archive, which need not exist yet.
enum CopyDestination {
    case reference(Reference)
    case layout(FilePath, RefName?)
    case archive(FilePath, RefName?)

    /// Reads a destination.
    ///
    /// An existing path wins; what ends in `.tar` is an archive; what can only be a path is a layout; what names a host is a
    /// reference; anything else is a layout in a folder that is there.
    init(parsing text: String) throws(Failure) {
        if text.isEmpty { throw Failure(.usage, "TO is empty") }
        if text == "-" {
            throw Failure(
                .usage,
                "copy does not write to standard output",
                why: "it copies whole images",
                try: ["wasmpack pull REFERENCE -o -, for the module; x.tar, for an archive"]
            )
        }
        switch try Target.existing(text) {
        case .layout(let path, let name)?: self = .layout(path, name)
        case .archive(let path, let name)?: self = try Self.archive(path, named: name)
        case .module?:
            throw Failure(
                .usage,
                "\(text) is a file, neither a layout nor an archive",
                why: "an archive's name ends in .tar",
                try: ["another name"]
            )
        case .reference?, nil: self = try Self.missing(text)
        }
    }

    private static func missing(_ text: String) throws(Failure) -> CopyDestination {
        if Target.isBareHost(text), !Target.isArchive(text) {
            throw Failure(
                .usage,
                "\(text) is a registry alone; the repository is missing",
                try: ["\(text)/REPOSITORY:TAG; ./\(text), if a layout is meant"]
            )
        }
        if !Target.namesHost(text) { try checkName(in: text) }
        let (path, name) = try Target.named(text).map { ($0, $1 as RefName?) } ?? (FilePath(text), nil)
        if Target.isArchive(path.string) { return try archive(path, named: name) }
        if Target.isPath(text) { return .layout(path, name) }
        if Target.namesHost(text) { return .reference(try Reference(parsing: text)) }
        guard Directory.exists(path.directory) else {
            throw Failure(
                .fileMissing,
                "there is no folder \(path.directory) for the layout \(path)",
                why: "\(text) names no registry",
                try: ["docker.io/\(text), if Docker Hub is meant; ./\(text), if a layout is"]
            )
        }
        return .layout(path, name)
    }

    /// Throws for what stands behind a path and is neither a tag nor a digest.
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

    /// The image in a registry that is meant, if one is.
    var reference: Reference? {
        if case .reference(let reference) = self { reference } else { nil }
    }
}

extension CopyDestination: CustomStringConvertible {
    /// The place for a person.
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
    /// Throws ``Failure/Code/usage`` for a file that is not called as the archives that are written are.
    func failUnlessPlainArchive() throws(Failure) {
        guard string.hasSuffix(".tar") else {
            let name = "\(stem.map { stem in stem.withoutTar } ?? "image").tar"
            throw Failure(
                .usage,
                Target.isArchive(string)
                    ? "archives are written without compression"
                    : "\(self) is no name of an archive",
                why: Target.isArchive(string)
                    ? "their layers are compressed already; \(self) would be a packed one"
                    : "such a name ends in .tar",
                try: ["\(removingLastComponent().appending(name))"]
            )
        }
    }
}

extension String {
    fileprivate var withoutTar: String { hasSuffix(".tar") ? String(dropLast(4)) : self }
}
