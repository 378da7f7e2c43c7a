import Diagnostics
import HostSystem
import SystemPackage

/// A file or a text that holds credentials, and how it is read.
struct CredentialFile: Sendable {
    /// How Kubernetes names the files of a mounted pull Secret, and docker its own.
    private static let names = [".dockerconfigjson", ".dockercfg", "config.json"]

    /// Where it is.
    enum Place: Sendable {
        /// A `config.json` or `auth.json`, which need not exist.
        case file(FilePath)
        /// What a variable holds.
        case text(String)
        /// What the user named: such a file, a Kubernetes Secret as JSON, or a folder where one is mounted.
        case chosen(FilePath)
    }

    /// What was read.
    struct Content: Sendable {
        let document: DockerConfigDocument
        let rules: AuthKey.Rules
        /// What the file is called in messages.
        let shownPath: String
        var warnings: [String] = []
    }

    let place: Place
    let shownPath: String
    let usesTLS: Bool

    /// Whether the user named it for this one command.
    var isChosen: Bool { if case .chosen = place { true } else { false } }

    /// Reads it; `nil` when there is none.
    ///
    /// Throws ``Failure/Code/configurationInvalid``, and ``Failure/Code/fileMissing`` for what the user named.
    func read() throws(Failure) -> Content? {
        switch place {
        case .text(let text):
            return Content(
                document: try DockerConfigDocument(parsing: Array(text.utf8), as: shownPath),
                rules: .docker(usesTLS: usesTLS),
                shownPath: shownPath
            )
        case .file(let path):
            guard let bytes = try contents(of: path, shownPath) else { return nil }
            return Content(
                document: try DockerConfigDocument(parsing: bytes, as: shownPath),
                rules: .docker(usesTLS: usesTLS),
                shownPath: shownPath
            ).warning(of: path)
        case .chosen(let path):
            return Directory.exists(path) ? try mounted(in: path) : try chosen(path)
        }
    }

    private func chosen(_ path: FilePath) throws(Failure) -> Content {
        guard let bytes = try contents(of: path, shownPath) else {
            throw Failure(.fileMissing, "no such file: \(shownPath)")
        }
        if KubernetesSecret.isObject(bytes) {
            return Content(
                document: try KubernetesSecret.configuration(in: bytes, as: shownPath),
                rules: .kubernetes,
                shownPath: shownPath
            ).warning(of: path)
        }
        try KubernetesSecret.refuseYAML(bytes, as: shownPath)
        return try content(bytes, named: path.lastComponent?.string ?? "", shownAs: shownPath).warning(
            of: path
        )
    }

    /// Such a folder is Kubernetes' own, and so are its permissions: nothing is said of them.
    private func mounted(in folder: FilePath) throws(Failure) -> Content {
        for name in Self.names {
            let shown = "\(shownPath)/\(name)"
            if let bytes = try contents(of: folder.appending(name), shown) {
                return try content(bytes, named: name, shownAs: shown)
            }
        }
        throw Failure(
            .configurationInvalid,
            "the folder \(shownPath) holds no credentials",
            why: "none of \(Self.names.joined(separator: ", ")) is in it"
        )
    }

    private func content(_ bytes: [UInt8], named name: String, shownAs shown: String) throws(Failure)
        -> Content
    {
        let isMounted = name == ".dockerconfigjson" || name == ".dockercfg"
        return Content(
            document: name == ".dockercfg"
                ? try DockerConfigDocument(parsingOldForm: bytes, as: shown)
                : try DockerConfigDocument(parsing: bytes, as: shown),
            rules: isMounted ? .kubernetes : .docker(usesTLS: usesTLS),
            shownPath: shown
        )
    }

    private func contents(of path: FilePath, _ shown: String) throws(Failure) -> [UInt8]? {
        do throws(Failure) {
            return try ReadableFile.contents(of: path, limit: CredentialJSON.sizeLimit)
        } catch  where error.code == .fileMissing {
            return nil
        } catch {
            throw Failure(.configurationInvalid, "cannot use \(shown)", why: error.message, cause: error)
        }
    }
}

extension CredentialFile.Content {
    /// The same, with a warning if others may read the file's secrets; changing that is left to its owner.
    fileprivate func warning(of path: FilePath) -> Self {
        guard document.holdsSecrets, PrivateFile(at: path, limit: 0).isShared else { return self }
        var copy = self
        copy.warnings.append(
            "\(shownPath) holds secrets, and others may read it: chmod 600 makes it yours alone"
        )
        return copy
    }
}
