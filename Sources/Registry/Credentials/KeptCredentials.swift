package import Diagnostics
import HostSystem
package import OCI
package import SystemPackage

/// A docker `config.json` as the place where credentials are kept.
///
/// The file decides where the secret itself goes: to the helper that it names for the registry (`credHelpers`, else
/// `credsStore`), or, unencrypted, into the file.
package struct KeptCredentials: Sendable {
    /// Where a credential is kept.
    package struct Place: Sendable {
        /// The key of its entry.
        package let key: String
        /// The program that has the secret; `nil` when the file has it.
        package let helper: String?
        /// The entries for some of the registry's repositories, which stay and win there.
        package let otherKeys: [String]
    }

    /// What was forgotten.
    package struct Removal: Sendable {
        /// The keys of the entries that were removed.
        package let keys: [String]
        /// The program that was told to forget the secret; `nil` when the file names none.
        package let helper: String?
        /// The entries for some of the registry's repositories, which stay.
        package let otherKeys: [String]
    }

    /// Where the file is.
    package var path: FilePath { file.path }
    /// What it is called in messages.
    package let shownPath: String
    private let file: PrivateFile
    /// What differs from this process's environment for helpers.
    private let environment: [String: String?]

    /// Names a file, which need not be there.
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

    /// Throws if a registry's credential cannot be kept, so that this is known before anyone is asked for a password.
    ///
    /// Throws ``Failure/Code/configurationInvalid`` for a file that is no such document or names a helper that is none, and
    /// ``Failure/Code/helperMissing`` for a helper that is not there.
    package func check(for registry: RegistryName) async throws(Failure) {
        try await helper(for: registry, in: document())?.find(for: .store)
    }

    /// Keeps the credential of a registry, in place of any that was there.
    ///
    /// Throws ``Failure/Code/configurationInvalid``, ``Failure/Code/helperMissing``, ``Failure/Code/helperFailed``,
    /// ``Failure/Code/fileUnwritable`` or ``Failure/Code/diskFull``; the file then is as it was.
    package func store(_ credential: Credential, for registry: RegistryName) async throws(Failure) -> Place {
        let helper = try helper(for: registry, in: document())
        if let helper {
            let kept = credential.forHelpers
            try await helper.store(
                serverURL: registry.credentialKey,
                username: kept.username,
                secret: kept.secret
            )
        }
        var otherKeys: [String] = []
        try await change { (document) throws(Failure) in
            try document.set(helper == nil ? credential : nil, for: registry)
            otherKeys = document.pathKeys(of: registry)
        }
        return Place(key: registry.credentialKey, helper: helper?.program, otherKeys: otherKeys)
    }

    /// Forgets the credential of a registry; that there is none is fine.
    ///
    /// Throws as ``store(_:for:)`` does. When the helper fails, the file's own entries are gone all the same, and the
    /// failure says so.
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
        // Other programs may have named it in another way.
        for key in Set(keys + [registry.credentialKey]).sorted() {
            do throws(Failure) {
                try await helper?.erase(serverURL: key)
            } catch {
                failure = error
            }
        }
        // No file and no folder is made only to find nothing in it.
        if !keys.isEmpty {
            try await change { (document) throws(Failure) in try document.remove(registry) }
        }
        if let failure {
            throw keys.isEmpty ? failure : failure.adding(why: "the file's own entry is removed all the same")
        }
        return Removal(keys: keys, helper: helper?.program, otherKeys: before.pathKeys(of: registry))
    }

    private func helper(
        for registry: RegistryName,
        in document: DockerConfigEdit
    ) throws(Failure) -> CredentialHelper? {
        guard let (suffix, place) = try document.helper(for: registry) else { return nil }
        return try CredentialHelper(
            suffix: suffix,
            namedBy: place,
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

    /// Changes the file; one that would say the same is left alone.
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
                        "\(shownPath) would be too large to be read again",
                        why:
                            "more than \(CredentialJSON.sizeLimit) bytes, with each member in a line of its own"
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
    /// The user name and the secret as helpers keep them: `<token>` says that it is an identity token.
    fileprivate var forHelpers: (username: String, secret: String) {
        switch secret {
        case .password(let password): (username ?? "", password)
        case .identityToken(let token), .registryToken(let token): ("<token>", token)
        }
    }
}
