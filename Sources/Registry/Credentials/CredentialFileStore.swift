package import Diagnostics
import HostSystem
package import OCI
package import SystemPackage

/// A docker `config.json` in which credentials are stored.
///
/// The secret is stored in the helper that the file names for the registry (`credHelpers`, else
/// `credsStore`). Without a helper, it is stored unencrypted in the file.
package struct CredentialFileStore: Sendable {
    /// A description of a stored credential.
    package struct StoredEntry: Sendable {
        /// The key of the entry.
        package let key: String
        /// The helper program that stores the secret; `nil` if the secret is in the file.
        package let helper: String?
        /// The keys for only some of the registry's repositories; these entries are unchanged and have
        /// priority there.
        package let otherKeys: [String]
    }

    /// A description of a removed credential.
    package struct Removal: Sendable {
        /// The keys of the removed entries.
        package let keys: [String]
        /// The helper program that erased the secret; `nil` if the file names none.
        package let helper: String?
        /// The keys for only some of the registry's repositories; these entries are unchanged.
        package let otherKeys: [String]
    }

    /// The path of the file.
    package var path: FilePath { file.path }
    /// The name of the file in messages.
    package let shownPath: String
    private let file: PrivateFile
    /// The changes to this process's environment for helpers.
    private let environment: [String: String?]

    /// Creates a store for a file, which may be missing.
    package init(at path: FilePath, shownAs shownPath: String) {
        self.init(at: path, shownAs: shownPath, environment: [:])
    }

    init(at path: FilePath, shownAs shownPath: String, environment: [String: String?]) {
        file = PrivateFile(at: path, limit: CredentialJSON.sizeLimit)
        self.shownPath = shownPath
        self.environment = environment
    }

    /// Whether other users may read the file.
    package var isShared: Bool { file.isShared }

    /// Checks that a registry's credential can be stored, before the user is asked for a password.
    ///
    /// Throws ``Failure/Code/configurationInvalid`` for an invalid document or helper name, and
    /// ``Failure/Code/helperMissing`` if the helper is not on `PATH`.
    package func check(for registry: RegistryName) async throws(Failure) {
        try await helper(for: registry, in: document())?.find(for: .store)
    }

    /// Stores the credential of a registry and replaces an existing one.
    ///
    /// Throws ``Failure/Code/configurationInvalid``, ``Failure/Code/helperMissing``,
    /// ``Failure/Code/helperFailed``, ``Failure/Code/fileUnwritable`` or ``Failure/Code/diskFull``; the file
    /// is then unchanged.
    package func store(
        _ credential: Credential,
        for registry: RegistryName
    ) async throws(Failure) -> StoredEntry {
        let helper = try helper(for: registry, in: document())
        if let helper {
            let fields = credential.helperFields
            try await helper.store(
                serverURL: registry.credentialKey,
                username: fields.username,
                secret: fields.secret
            )
        }
        var otherKeys: [String] = []
        try await change { (document) throws(Failure) in
            try document.set(helper == nil ? credential : nil, for: registry)
            otherKeys = document.pathKeys(of: registry)
        }
        return StoredEntry(key: registry.credentialKey, helper: helper?.program, otherKeys: otherKeys)
    }

    /// Removes the credential of a registry; a missing credential is not an error.
    ///
    /// Throws like ``store(_:for:)``. If the helper fails, the entries in the file are removed anyway, and
    /// the failure says so.
    package func remove(_ registry: RegistryName) async throws(Failure) -> Removal {
        let before = try document()
        let keys = before.keys(of: registry)
        var helper: CredentialHelper?
        var failure: Failure?
        do throws(Failure) {
            helper = try self.helper(for: registry, in: before)
        } catch {
            failure = error
        }
        // Other programs may have stored the credential under another key of the registry.
        for key in Set(keys + [registry.credentialKey]).sorted() {
            do throws(Failure) {
                try await helper?.erase(serverURL: key)
            } catch {
                failure = error
            }
        }
        // A missing file is not created only to remove nothing.
        if !keys.isEmpty {
            try await change { (document) throws(Failure) in try document.remove(registry) }
        }
        if let failure {
            throw keys.isEmpty ? failure : failure.adding(why: "the entry in \(shownPath) was removed anyway")
        }
        return Removal(keys: keys, helper: helper?.program, otherKeys: before.pathKeys(of: registry))
    }

    private func helper(
        for registry: RegistryName,
        in document: DockerConfigEdit
    ) throws(Failure) -> CredentialHelper? {
        guard let (suffix, configuration) = try document.helper(for: registry) else { return nil }
        return try CredentialHelper(
            suffix: suffix,
            namedBy: configuration,
            environment: environment,
            timeLimit: CredentialHelper.timeLimit
        )
    }

    private func document() throws(Failure) -> DockerConfigEdit {
        let bytes: [UInt8]?
        do throws(Failure) {
            bytes = try file.contents()
        } catch {
            throw unusable(error)
        }
        return try DockerConfigEdit(parsing: bytes, as: shownPath)
    }

    /// Changes the document; does not write the file if the document is equal.
    private func change(_ body: (inout DockerConfigEdit) throws(Failure) -> Void) async throws(Failure) {
        do throws(Failure) {
            try await file.change { (bytes) throws(Failure) in
                var document = try DockerConfigEdit(parsing: bytes, as: shownPath)
                let before = document.root
                try body(&document)
                guard document.root != before else { return nil }
                let bytes = document.root.bytes
                guard bytes.count <= CredentialJSON.sizeLimit else {
                    throw Failure(
                        .configurationInvalid,
                        "\(shownPath) would become too large",
                        why:
                            "it would have more than \(CredentialJSON.sizeLimit) bytes, the limit for reading"
                    )
                }
                return bytes
            }
        } catch  where error.code == .fileUnreadable {
            throw unusable(error)
        }
    }

    private func unusable(_ error: Failure) -> Failure {
        Failure(.configurationInvalid, "cannot use \(shownPath)", why: error.message, cause: error)
    }
}

extension Credential {
    /// The user name and the secret in a helper's form; the user name `<token>` marks an identity token.
    fileprivate var helperFields: (username: String, secret: String) {
        switch secret {
        case .password(let password): (username ?? "", password)
        case .identityToken(let token), .registryToken(let token): ("<token>", token)
        }
    }
}
