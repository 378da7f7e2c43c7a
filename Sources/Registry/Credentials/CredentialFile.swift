import Diagnostics
import HostSystem
import SystemPackage

/// A file or variable with credentials, and the rules to read it.
struct CredentialFile: Sendable {
    /// The names of the files in a mounted pull Secret, and of docker's configuration.
    private static let names = [".dockerconfigjson", ".dockercfg", "config.json"]

    /// The location of the credentials.
    enum Location: Sendable {
        /// A `config.json` or `auth.json`; it may be missing.
        case file(FilePath)
        /// The value of a variable.
        case bytes([UInt8])
        /// The path that the user named: such a file, a Kubernetes Secret as JSON or YAML, or the folder of a
        /// mounted Secret.
        case explicit(FilePath)
    }

    /// The content of a credential file.
    struct Content: Sendable {
        let document: DockerConfigDocument
        let rules: AuthKey.Rules
        /// The name of the file in messages.
        let shownPath: String
        var warnings: [String] = []
    }

    let location: Location
    let shownPath: String
    let usesTLS: Bool

    /// Whether the user named the file for this command.
    var isExplicit: Bool { if case .explicit = location { true } else { false } }

    /// Reads the file; returns `nil` if it is missing.
    ///
    /// Throws ``Failure/Code/configurationInvalid``, and ``Failure/Code/fileMissing`` for a path that the
    /// user named.
    func read() throws(Failure) -> Content? {
        switch location {
        case .bytes(let bytes):
            return Content(
                document: try DockerConfigDocument(parsing: bytes, as: shownPath),
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
        case .explicit(let path):
            return Directory.exists(path) ? try mounted(in: path) : try explicit(path)
        }
    }

    private func explicit(_ path: FilePath) throws(Failure) -> Content {
        guard let bytes = try contents(of: path, shownPath) else {
            throw Failure(.fileMissing, "no such file: \(shownPath)")
        }
        let secret =
            KubernetesSecret.isObject(bytes)
            ? bytes
            : KubernetesSecret.isYAML(bytes) ? try KubernetesSecret.json(ofYAML: bytes, as: shownPath) : nil
        if let secret {
            return Content(
                document: try KubernetesSecret.configuration(in: secret, as: shownPath),
                rules: .kubernetes,
                shownPath: shownPath
            ).warning(of: path)
        }
        return try content(bytes, named: path.lastComponent?.string ?? "", shownAs: shownPath).warning(
            of: path
        )
    }

    /// Reads a mounted Secret; Kubernetes sets its permissions, so there is no warning about them.
    private func mounted(in folder: FilePath) throws(Failure) -> Content {
        for name in Self.names {
            let shown = "\(shownPath)/\(name)"
            if let bytes = try contents(of: folder.appending(name), shown) {
                return try content(bytes, named: name, shownAs: shown)
            }
        }
        throw Failure(
            .configurationInvalid,
            "the directory \(shownPath) does not contain credentials",
            why: "it contains none of \(Self.names.joined(separator: ", "))"
        )
    }

    private func content(_ bytes: [UInt8], named name: String, shownAs shown: String) throws(Failure)
        -> Content
    {
        let isMounted = name == ".dockerconfigjson" || name == ".dockercfg"
        return Content(
            document: name == ".dockercfg"
                ? try DockerConfigDocument(parsingLegacyForm: bytes, as: shown)
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
    /// Adds a warning if other users may read the file's secrets; the permissions themselves are not changed.
    fileprivate func warning(of path: FilePath) -> Self {
        guard document.holdsSecrets, PrivateFile(at: path, limit: 0).isShared else { return self }
        var copy = self
        copy.warnings.append(
            "\(shownPath) contains secrets and other users can read it; run chmod 600 \(shownPath)"
        )
        return copy
    }
}
