import Diagnostics
import HTTPTransport
import OCI

/// The members of a docker `config.json` or podman's `auth.json` that are read; other members are ignored.
struct DockerConfigDocument: Decodable, Sendable {
    /// A credential of `auths`; an entry without fields only says that a helper has the credential.
    struct Entry: Decodable, Sendable {
        var auth: String?
        var username: String?
        var password: String?
        var identitytoken: String?
        var registrytoken: String?
    }

    var auths: [String: Entry?]?
    var credsStore: String?
    var credHelpers: [String: String]?
    var HttpHeaders: [String: String]?

    /// Parses a file's bytes; throws ``Failure/Code/configurationInvalid``, which does not quote them.
    init(parsing bytes: [UInt8], as what: String) throws(Failure) {
        if CredentialJSON.isBlank(bytes) {
            self.init(auths: nil)
            return
        }
        self = try CredentialJSON.decode(Self.self, from: bytes, as: what)
        if let name = HttpHeaders?.first(where: { !$0.key.isFieldName || !$0.value.isFieldValue })?.key {
            throw Failure(
                .configurationInvalid,
                "\(what) is not valid",
                why: "\"HttpHeaders.\(name.truncated(to: 80))\" is not a valid HTTP header field"
            )
        }
    }

    /// Parses a `.dockercfg`, docker's file before 2015, whose root is the value of `auths`.
    init(parsingLegacyForm bytes: [UInt8], as what: String) throws(Failure) {
        self.init(auths: try CredentialJSON.decode([String: Entry?].self, from: bytes, as: what))
    }

    private init(auths: [String: Entry?]?) { self.auths = auths }

    /// Returns the helper for a registry, if the document names one.
    func helper(for registry: RegistryName, _ rules: AuthKey.Rules) -> HelperChoice? {
        HelperChoice(
            for: registry,
            rules,
            credHelpers: (credHelpers ?? [:]).map { ($0.key, $0.value) },
            credsStore: credsStore
        )
    }

    /// Returns the entries that match a repository, with the best match first.
    func entries(
        for registry: RegistryName,
        _ repository: RepositoryName,
        _ rules: AuthKey.Rules
    ) -> [(key: String, entry: Entry)] {
        (auths ?? [:]).compactMap { key, entry in
            guard let entry, let match = AuthKey(key, rules: rules).match(registry, repository) else {
                return nil
            }
            return (match, key, entry)
        }
        .sorted { (left: (AuthKey.Match, String, Entry), right: (AuthKey.Match, String, Entry)) in
            left.0 < right.0
        }
        .map { ($0.1, $0.2) }
    }

    /// Whether the document contains a secret.
    var holdsSecrets: Bool {
        (auths ?? [:]).values.contains { entry in
            [entry?.auth, entry?.password, entry?.identitytoken, entry?.registrytoken].contains {
                $0?.isEmpty == false
            }
        }
    }
}

extension DockerConfigDocument.Entry {
    /// The error for an entry whose `auth` is not base64 of `user:password`.
    struct InvalidAuth: Error {}

    /// Returns the credential of the entry; `nil` if it has none.
    ///
    /// A token has priority over a password, and `auth` over the fields `username` and `password`.
    func credential(from source: String) throws(InvalidAuth) -> Credential? {
        if let registrytoken, !registrytoken.isEmpty {
            return Credential(registryToken: registrytoken, source: source)
        }
        if let identitytoken, !identitytoken.isEmpty {
            let decoded = (try? userAndPassword())??.user ?? username
            return Credential(
                identityToken: identitytoken,
                username: decoded.flatMap { $0.isEmpty ? nil : $0 },
                source: source
            )
        }
        if let (user, password) = try userAndPassword() {
            return Credential(username: user, password: password, source: source)
        }
        guard let username, let password, !username.isEmpty else { return nil }
        return Credential(username: username, password: password, source: source)
    }

    /// Decodes `auth`, base64 of `user:password`, and splits it at the first colon.
    private func userAndPassword() throws(InvalidAuth) -> (user: String, password: String)? {
        guard let auth, !auth.isEmpty else { return nil }
        // Bytes, because a combining character after the colon would form one character with it.
        guard let bytes = CredentialJSON.decodeBase64(auth),
            let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0,
            let user = String(validating: bytes[..<colon], as: UTF8.self),
            let password = String(validating: bytes[(colon + 1)...].withoutPadding, as: UTF8.self)
        else { throw InvalidAuth() }
        return (user, password)
    }
}

extension ArraySlice<UInt8> {
    /// The bytes without trailing NULs, which old versions of docker add.
    fileprivate var withoutPadding: Self {
        prefix((lastIndex { $0 != 0 } ?? startIndex - 1) - startIndex + 1)
    }
}
