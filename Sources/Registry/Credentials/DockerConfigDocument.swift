import Diagnostics
import HTTPTransport
import OCI

/// What is read of a docker `config.json`, or of podman's `auth.json`; everything else in it is passed over.
struct DockerConfigDocument: Decodable, Sendable {
    /// One credential of `auths`; without any field it only says that a helper has one.
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

    /// Reads a file's bytes; throws ``Failure/Code/configurationInvalid``, which shows nothing of them.
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
                why: "\"HttpHeaders.\(name.truncated(to: 80))\" cannot be sent as a field of HTTP"
            )
        }
    }

    /// Reads the bare `auths` of a `.dockercfg`, docker's file of before 2015.
    init(parsingOldForm bytes: [UInt8], as what: String) throws(Failure) {
        self.init(auths: try CredentialJSON.decode([String: Entry?].self, from: bytes, as: what))
    }

    private init(auths: [String: Entry?]?) { self.auths = auths }

    /// The helper to ask about a registry, if one is named.
    func helper(for registry: RegistryName, _ rules: AuthKey.Rules) -> HelperChoice? {
        HelperChoice(
            for: registry,
            rules,
            credHelpers: (credHelpers ?? [:]).map { ($0.key, $0.value) },
            credsStore: credsStore
        )
    }

    /// The entries that mean a repository, the best first.
    func entries(
        for registry: RegistryName,
        _ repository: RepositoryName,
        _ rules: AuthKey.Rules
    ) -> [(key: String, entry: Entry)] {
        (auths ?? [:]).compactMap { key, entry in
            guard let entry, let fit = AuthKey(key, rules: rules).fit(registry, repository) else {
                return nil
            }
            return (fit, key, entry)
        }
        .sorted { (one: (AuthKey.Fit, String, Entry), other: (AuthKey.Fit, String, Entry)) in one.0 < other.0
        }
        .map { ($0.1, $0.2) }
    }

    /// Whether there is a secret in it.
    var holdsSecrets: Bool {
        (auths ?? [:]).values.contains { entry in
            [entry?.auth, entry?.password, entry?.identitytoken, entry?.registrytoken].contains {
                $0?.isEmpty == false
            }
        }
    }
}

extension DockerConfigDocument.Entry {
    /// An entry whose `auth` is not what it has to be.
    struct Unusable: Error {}

    /// The credential that the entry holds; `nil` when it holds none.
    ///
    /// A token is stronger than a password, and `auth` stronger than the two fields that it is made of.
    func credential(from source: String) throws(Unusable) -> Credential? {
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

    /// What `auth` is made of: base64 of `user:password`, cut at the first colon.
    private func userAndPassword() throws(Unusable) -> (user: String, password: String)? {
        guard let auth, !auth.isEmpty else { return nil }
        // Byte for byte: what follows the colon may combine with it into one character.
        guard let bytes = CredentialJSON.decodeBase64(auth),
            let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0,
            let user = String(validating: bytes[..<colon], as: UTF8.self),
            let password = String(validating: bytes[(colon + 1)...].withoutPadding, as: UTF8.self)
        else { throw Unusable() }
        return (user, password)
    }
}

extension ArraySlice<UInt8> {
    /// Old versions of docker pad with NULs.
    fileprivate var withoutPadding: Self {
        prefix((lastIndex { $0 != 0 } ?? startIndex - 1) - startIndex + 1)
    }
}
