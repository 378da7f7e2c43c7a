public import Diagnostics
import HostSystem
public import OCI
public import SystemPackage

/// A docker `config.json` as the place where credentials are kept.
///
/// The file decides where the secret itself goes: to the helper that it names for the registry (`credHelpers`, else
/// `credsStore`), or, unencrypted, into the file.
public struct KeptCredentials: Sendable {
    /// The largest file that is read, in bytes.
    private static let sizeLimit = 4 * 1024 * 1024

    /// Where a credential is kept.
    public struct Place: Sendable {
        /// The key of its entry.
        public let key: String
        /// The program that has the secret; `nil` when the file has it.
        public let helper: String?
        /// The entries for some of the registry's repositories, which stay and win there.
        public let otherKeys: [String]
    }

    /// What was forgotten.
    public struct Removal: Sendable {
        /// The keys of the entries that were removed.
        public let keys: [String]
        /// The program that was told to forget the secret; `nil` when the file names none.
        public let helper: String?
        /// The entries for some of the registry's repositories, which stay.
        public let otherKeys: [String]
    }

    /// Where the file is.
    public var path: FilePath { file.path }
    /// What it is called in messages.
    public let shownPath: String
    private let file: PrivateFile

    /// Names a file, which need not be there.
    public init(at path: FilePath, shownAs shownPath: String) {
        file = PrivateFile(at: path, limit: Self.sizeLimit)
        self.shownPath = shownPath
    }

    /// Whether other users may read the file.
    public var isShared: Bool { file.isShared }

    /// Throws ``Failure/Code/configurationInvalid`` if the file is there and no credential can be kept in it, so that
    /// this is known before anyone is asked for a password.
    public func check() throws(Failure) { _ = try document() }

    /// Keeps the credential of a registry, in place of any that was there.
    ///
    /// Throws ``Failure/Code/configurationInvalid``, ``Failure/Code/helperMissing``, ``Failure/Code/helperFailed``,
    /// ``Failure/Code/fileUnwritable`` or ``Failure/Code/diskFull``; the file then is as it was.
    public func store(_ credential: Credential, for registry: RegistryName) async throws(Failure) -> Place {
        let helper = try helper(for: registry)
        if let helper {
            let kept = credential.forHelpers
            try await helper.store(
                serverURL: registry.credentialKey,
                username: kept.username,
                secret: kept.secret
            )
        }
        var otherKeys: [String] = []
        try change { (document) throws(Failure) in
            try document.set(helper == nil ? credential : nil, for: registry)
            otherKeys = document.pathKeys(of: registry)
        }
        return Place(key: registry.credentialKey, helper: helper?.program, otherKeys: otherKeys)
    }

    /// Forgets the credential of a registry; that there is none is fine.
    ///
    /// Throws as ``store(_:for:)`` does. When the helper fails, the file's own entries are gone all the same.
    public func remove(_ registry: RegistryName) async throws(Failure) -> Removal {
        let before = try document()
        let helper = try helper(for: registry)
        let keys = before.keys(of: registry)
        var failure: Failure?
        if let helper {
            // Other programs may have named it in another way.
            for key in Set(keys + [registry.credentialKey]).sorted() {
                do throws(Failure) {
                    try await helper.erase(serverURL: key)
                } catch {
                    failure = error
                }
            }
        }
        // No file and no folder is made only to find nothing in it.
        if !keys.isEmpty {
            try change { (document) throws(Failure) in try document.remove(registry) }
        }
        if let failure { throw failure }
        return Removal(keys: keys, helper: helper?.program, otherKeys: before.pathKeys(of: registry))
    }

    private func helper(for registry: RegistryName) throws(Failure) -> CredentialHelper? {
        guard let (suffix, place) = try document().helper(for: registry) else { return nil }
        return try CredentialHelper(suffix: suffix, namedBy: place)
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
    private func change(_ body: (inout DockerConfigEdit) throws(Failure) -> Void) throws(Failure) {
        do throws(Failure) {
            try file.change { (bytes) throws(Failure) in
                var document = try DockerConfigEdit(parsing: bytes, as: shownPath)
                let before = document.root
                try body(&document)
                return document.root == before ? nil : document.root.bytes
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
