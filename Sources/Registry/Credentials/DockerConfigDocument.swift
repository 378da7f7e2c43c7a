import Diagnostics
import HTTPTransport
import OCI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

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
        // An empty file is an empty configuration, as for docker.
        if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }) {
            self.init(auths: nil)
            return
        }
        self = try CanonicalJSON.decode(
            Self.self,
            from: bytes,
            as: what,
            failing: .configurationInvalid,
            quoting: false
        )
        if let name = HttpHeaders?.first(where: { !$0.key.isFieldName || !$0.value.isFieldValue })?.key {
            throw Failure(
                .configurationInvalid,
                "the \(what) is not valid",
                why: "\"HttpHeaders.\(name.truncated(to: 80))\" cannot be sent as a field of HTTP"
            )
        }
    }

    /// Reads the bare `auths` of a `.dockercfg`, docker's file of before 2015.
    init(parsingOldForm bytes: [UInt8], as what: String) throws(Failure) {
        let auths = try CanonicalJSON.decode(
            [String: Entry?].self,
            from: bytes,
            as: what,
            failing: .configurationInvalid,
            quoting: false
        )
        self.init(auths: auths)
    }

    private init(auths: [String: Entry?]?) { self.auths = auths }

    /// The helper to ask about a registry, as docker decides it, and the field that names it.
    func helper(for registry: RegistryName, _ rules: AuthKey.Rules) -> (suffix: String, field: String)? {
        let own = (credHelpers ?? [:]).filter { AuthKey($0.key, rules: rules).names(registry) }
        // By the alphabet, if several keys name it: a dictionary has no order of its own.
        if let suffix = own.min(by: { $0.key < $1.key })?.value, !suffix.isEmpty {
            return (suffix, "credHelpers")
        }
        return credsStore.flatMap { $0.isEmpty ? nil : ($0, "credsStore") }
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
        guard let data = Data(base64Encoded: auth.paddedBase64),
            let text = String(validating: data, as: UTF8.self),
            let colon = text.firstIndex(of: ":"), colon != text.startIndex
        else { throw Unusable() }
        return (String(text[..<colon]), text[text.index(after: colon)...].trimmingTrailingNULs)
    }
}

extension String {
    fileprivate var paddedBase64: String { self + String(repeating: "=", count: (4 - utf8.count % 4) % 4) }
}

extension Substring {
    /// Old versions of docker pad with them.
    fileprivate var trimmingTrailingNULs: String {
        var copy = self
        while copy.last == "\0" { copy.removeLast() }
        return String(copy)
    }
}
