package import Diagnostics
package import HTTPTransport
package import OCI
package import SystemPackage

/// The credentials of a docker `config.json`: from its helpers and from its `auths`.
///
/// Podman's `auth.json`, `$DOCKER_AUTH_CONFIG` and the content of Kubernetes' pull Secrets have the same
/// form.
package struct DockerConfig: CredentialStore {
    private let file: CredentialFile
    private let helpers: CredentialHelpers

    /// Creates a store from a file, which is read for each lookup.
    ///
    /// - Parameters:
    ///   - path: the file; a missing file has no credentials.
    ///   - shownPath: the name of the file in messages.
    ///   - usesTLS: whether the connection uses HTTPS, so that port 443 is optional in keys.
    ///   - helpers: the cache for the helpers that the file names.
    package init(at path: FilePath, shownAs shownPath: String, usesTLS: Bool, helpers: CredentialHelpers) {
        file = CredentialFile(location: .file(path), shownPath: shownPath, usesTLS: usesTLS)
        self.helpers = helpers
    }

    /// Creates a store from the value of a variable.
    ///
    /// - Parameters:
    ///   - bytes: the JSON.
    ///   - shownPath: the name of the variable in messages.
    ///   - usesTLS: whether the connection uses HTTPS, so that port 443 is optional in keys.
    ///   - helpers: the cache for the helpers that the JSON names.
    package init(bytes: [UInt8], shownAs shownPath: String, usesTLS: Bool, helpers: CredentialHelpers) {
        file = CredentialFile(location: .bytes(bytes), shownPath: shownPath, usesTLS: usesTLS)
        self.helpers = helpers
    }

    /// Creates a store from a path that the user named: such a file, a Kubernetes Secret as JSON or YAML,
    /// or the folder of a mounted Secret.
    ///
    /// - Parameters:
    ///   - path: the file or folder, which must exist.
    ///   - usesTLS: whether the connection uses HTTPS, so that port 443 is optional in keys.
    ///   - helpers: the cache for the helpers that the file names.
    package init(explicit path: FilePath, usesTLS: Bool, helpers: CredentialHelpers) {
        file = CredentialFile(location: .explicit(path), shownPath: path.string, usesTLS: usesTLS)
        self.helpers = helpers
    }

    /// The registries that the file names, sorted; empty if the file cannot be read.
    ///
    /// User names and passwords in keys are removed. No helper is run.
    package var registries: [String] {
        guard let document = try? file.read()?.document else { return [] }
        let keys = (document.auths ?? [:]).keys.map(\.self) + (document.credHelpers ?? [:]).keys.map(\.self)
        let names = keys.compactMap { key in
            var rest = key.firstRange(of: "://").map { key[$0.upperBound...] } ?? key[...]
            // The text before the last "@" may be a password, which may contain "/".
            if let at = rest.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
            return (try? RegistryName(parsing: rest.prefix { $0 != "/" }))?.description
        }
        return Set(names).sorted()
    }

    /// Returns the credential for a repository: from the helper that the file names, else from the best
    /// matching entry.
    ///
    /// Throws ``Failure/Code/configurationInvalid`` if the file exists and cannot be read, and the failure of
    /// a helper unless the access is ``Access/pull``.
    package func lookUp(
        _ registry: RegistryName,
        _ repository: RepositoryName,
        for access: Access
    ) async throws(Failure) -> CredentialLookup {
        guard let content = try file.read() else {
            return CredentialLookup(nil, sources: ["\(file.shownPath) (not found)"])
        }
        let document = content.document
        var warnings = content.warnings
        func found(_ credential: Credential, key: String? = nil) -> CredentialLookup {
            CredentialLookup(
                credential,
                sources: [content.shownPath],
                warnings: warnings,
                key: key,
                isExplicit: file.isExplicit
            )
        }
        var remark: String?
        if let helper = document.helper(for: registry, content.rules) {
            let suffix = helper.suffix
            let configuration = "\(content.shownPath) (\(helper.field))"
            do throws(Failure) {
                let response = try await helpers.get(registry, from: suffix, namedBy: configuration)
                warnings += response.remarks
                if let credential = response.credential {
                    return found(credential)
                }
                remark = "docker-credential-\(suffix) has none"
            } catch  where access == .pull && error.isHelperFailure {
                warnings.append("\(error.message)\(error.why.map { ": \($0)" } ?? ""); continuing without it")
                remark = "docker-credential-\(suffix) failed"
            }
        }
        let entries = document.entries(for: registry, repository, content.rules)
        // A helper leaves an empty entry; an entry with another key for the registry may still have a
        // credential.
        for (key, entry) in entries {
            do throws(DockerConfigDocument.Entry.InvalidAuth) {
                if let credential = try entry.credential(from: content.shownPath) {
                    return found(credential, key: key)
                }
            } catch {
                // The value is never shown, because it may contain a secret.
                warnings.append(
                    "skipped the entry \"\(key)\" in \(content.shownPath): "
                        + "its \"auth\" is not base64 of user:password"
                )
            }
        }
        if remark == nil {
            let count = document.auths?.count ?? 0
            remark =
                !entries.isEmpty
                ? "no usable entry for \(registry)"
                : count == 1 ? "1 other registry" : "\(count) other registries"
        }
        let sources = [content.shownPath + (remark.map { " (\($0))" } ?? "")]
        return CredentialLookup(nil, sources: sources, warnings: warnings)
    }

    /// The name of the source in messages.
    package var shownPath: String { file.shownPath }

    /// Whether the file has an entry for a whole registry; an unreadable file has none.
    package func hasEntry(for registry: RegistryName) -> Bool {
        guard let content = try? file.read() else { return false }
        return (content.document.auths ?? [:]).keys.contains {
            AuthKey($0, rules: content.rules).match(registry) != nil
        }
    }

    /// Returns the keys of all entries for a registry and for parts of it; none from an unreadable file.
    package func keys(of registry: RegistryName) -> [String] {
        guard let content = try? file.read() else { return [] }
        return (content.document.auths ?? [:]).keys.filter {
            AuthKey($0, rules: content.rules).concerns(registry)
        }.sorted()
    }

    /// Returns the `HttpHeaders` to send to the registry; none from an unreadable file.
    ///
    /// Only ``lookUp(_:_:for:)`` reports an unreadable file, because many registries need neither headers nor
    /// credentials.
    package func headers() -> HeaderFields {
        var headers = HeaderFields()
        let configured = (try? file.read())?.document.HttpHeaders ?? [:]
        for (name, value) in configured.sorted(by: { $0.key < $1.key }) { headers.add(name, value) }
        return headers
    }
}

extension Failure {
    fileprivate var isHelperFailure: Bool { code == .helperMissing || code == .helperFailed }
}
