package import Diagnostics
package import HTTPTransport
package import OCI
package import SystemPackage

/// The credentials of a docker `config.json`: of its helpers, and of its `auths`.
///
/// The same form have podman's `auth.json`, `$DOCKER_AUTH_CONFIG` and, in a wrapping, Kubernetes' pull Secrets.
package struct DockerConfig: CredentialStore {
    private let file: CredentialFile
    private let helpers: CredentialHelpers

    /// Reads the file at a path, each time it is asked.
    ///
    /// - Parameters:
    ///   - path: the file; one that does not exist has no credentials.
    ///   - shownPath: what the file is called in messages.
    ///   - usesTLS: whether the registry is dialled by HTTPS, whose port may be named or not.
    ///   - helpers: asks the helpers that the file names.
    package init(at path: FilePath, shownAs shownPath: String, usesTLS: Bool, helpers: CredentialHelpers) {
        file = CredentialFile(place: .file(path), shownPath: shownPath, usesTLS: usesTLS)
        self.helpers = helpers
    }

    /// Reads what a variable holds.
    ///
    /// - Parameters:
    ///   - text: the JSON.
    ///   - shownPath: what it is called in messages.
    ///   - usesTLS: whether the registry is dialled by HTTPS, whose port may be named or not.
    ///   - helpers: asks the helpers that it names.
    package init(text: String, shownAs shownPath: String, usesTLS: Bool, helpers: CredentialHelpers) {
        file = CredentialFile(place: .text(text), shownPath: shownPath, usesTLS: usesTLS)
        self.helpers = helpers
    }

    /// Reads what the user named: such a file, a Kubernetes Secret as JSON, or a folder where one is mounted.
    ///
    /// - Parameters:
    ///   - path: the file or folder, which has to exist.
    ///   - usesTLS: whether the registry is dialled by HTTPS, whose port may be named or not.
    ///   - helpers: asks the helpers that it names.
    package init(chosen path: FilePath, usesTLS: Bool, helpers: CredentialHelpers) {
        file = CredentialFile(place: .chosen(path), shownPath: path.string, usesTLS: usesTLS)
        self.helpers = helpers
    }

    /// The credential that the file has for a repository: of the helper it names, else of the entry that fits best.
    ///
    /// Throws ``Failure/Code/configurationInvalid`` when the file is there and cannot be read; what a helper fails with,
    /// unless it is only to pull.
    package func lookUp(
        _ registry: RegistryName,
        _ repository: RepositoryName,
        for access: Access
    ) async throws(Failure) -> CredentialLookup {
        guard let content = try file.read() else {
            return CredentialLookup(nil, places: ["\(file.shownPath) (not there)"])
        }
        let document = content.document
        var warnings = content.warnings
        func found(_ credential: Credential) -> CredentialLookup {
            CredentialLookup(
                credential,
                places: [content.shownPath],
                warnings: warnings,
                isGiven: file.isChosen
            )
        }
        var remark: String?
        if let helper = document.helper(for: registry, content.rules) {
            let suffix = helper.suffix
            let place = "\(content.shownPath) (\(helper.field))"
            do throws(Failure) {
                let answer = try await helpers.answer(suffix, namedBy: place, about: registry)
                warnings += answer.remarks
                if let credential = answer.credential {
                    return found(credential)
                }
                remark = "docker-credential-\(suffix) has none"
            } catch  where access == .pull && error.isOfHelper {
                warnings.append("\(error.message)\(error.why.map { ": \($0)" } ?? ""); going on without it")
                remark = "docker-credential-\(suffix) failed"
            }
        }
        let entries = document.entries(for: registry, repository, content.rules)
        // An empty entry is what a helper leaves behind; another spelling of the registry may have one that is not.
        for (key, entry) in entries {
            do throws(DockerConfigDocument.Entry.Unusable) {
                if let credential = try entry.credential(from: content.shownPath) {
                    return found(credential)
                }
            } catch {
                // Never shown: it may be a secret all the same.
                warnings.append(
                    "the entry \"\(key)\" of \(content.shownPath) is passed over: its \"auth\" is not base64 of "
                        + "user:password"
                )
            }
        }
        if remark == nil {
            let count = document.auths?.count ?? 0
            remark =
                !entries.isEmpty
                ? "nothing usable for \(registry)"
                : count == 1 ? "1 other registry" : "\(count) other registries"
        }
        let places = [content.shownPath + (remark.map { " (\($0))" } ?? "")]
        return CredentialLookup(nil, places: places, warnings: warnings)
    }

    /// What the place is called in messages.
    package var shownPath: String { file.shownPath }

    /// Whether it has an entry for a whole registry; a file that cannot be read has none.
    package func hasEntry(for registry: RegistryName) -> Bool {
        guard let content = try? file.read() else { return false }
        return (content.document.auths ?? [:]).keys.contains {
            AuthKey($0, rules: content.rules).fit(registry) != nil
        }
    }

    /// The `HttpHeaders` to send along to the registry; none from a file that cannot be read.
    ///
    /// Whether that matters is for who asks for a credential: many a registry wants neither.
    package func headers() -> HeaderFields {
        var headers = HeaderFields()
        let own = (try? file.read())?.document.HttpHeaders ?? [:]
        for (name, value) in own.sorted(by: { $0.key < $1.key }) { headers.add(name, value) }
        return headers
    }
}

extension Failure {
    fileprivate var isOfHelper: Bool { code == .helperMissing || code == .helperFailed }
}
