package import Diagnostics
package import OCI

/// A secret that authenticates a user to a registry, with the source where it was found.
///
/// Its descriptions never contain the secret.
package struct Credential: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    /// The secret, by the way it is used.
    enum Secret: Sendable {
        /// Sent with the user name in the Basic scheme, to the registry or its token service.
        case password(String)
        /// Exchanged at the token service for a bearer token (distribution's OAuth2 flow, `refresh_token`).
        case identityToken(String)
        /// Sent to the registry unchanged, in the Bearer scheme.
        case registryToken(String)
    }

    /// The user name, if known; identity and registry tokens often lack one.
    package let username: String?
    let secret: Secret
    /// The source for messages: `--username`, `$WASMPACK_USERNAME`, a file.
    package let source: String

    /// Creates a credential from a user name and a password, or an access token used as the password.
    package init(username: String, password: String, source: String) {
        self.init(username: username, .password(password), source: source)
    }

    /// Creates a credential from a token that the token service exchanges for a bearer token.
    package init(identityToken: String, username: String? = nil, source: String) {
        self.init(username: username, .identityToken(identityToken), source: source)
    }

    /// Creates a credential from a token that the registry itself accepts.
    package init(registryToken: String, source: String) {
        self.init(username: nil, .registryToken(registryToken), source: source)
    }

    private init(username: String?, _ secret: Secret, source: String) {
        self.username = username
        self.secret = secret
        self.source = source
    }

    /// The password, if the secret is a password.
    var password: String? {
        if case .password(let password) = secret { password } else { nil }
    }

    /// The identity token, if the secret is an identity token.
    var identityToken: String? {
        if case .identityToken(let token) = secret { token } else { nil }
    }

    /// The invisible characters around the secret, which are probably not part of it; `nil` without any.
    var invisibleEnds: String? {
        let text =
            switch secret {
            case .password(let text), .identityToken(let text), .registryToken(let text): text
            }
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else { return nil }
        if last == "\n" || last == "\r" { return "ends in a line end" }
        if last.isInvisible { return "ends in a blank" }
        if first == "\u{FEFF}" { return "begins with a byte order mark" }
        return first.isInvisible ? "begins with a blank" : nil
    }

    /// The user name for messages, or the kind of secret if no user name is known.
    package var holder: String {
        if let username { return username }
        return switch secret {
        case .password: "the password"
        case .identityToken: "the identity token"
        case .registryToken: "the registry token"
        }
    }

    /// The holder and the source.
    package var description: String { "\(holder), from \(source)" }
    /// The same text as ``description``.
    package var debugDescription: String { description }
    /// An empty mirror, because the default mirror would show the secret.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// A source of credentials.
package protocol CredentialStore: Sendable {
    /// Looks up the credential for an access to a repository.
    ///
    /// Throws ``Failure/Code/configurationInvalid`` if an existing source cannot be read, and the failure of
    /// a credential helper. For ``Access/pull``, a helper's failure is only a warning in the result.
    func lookUp(
        _ registry: RegistryName,
        _ repository: RepositoryName,
        for access: Access
    ) async throws(Failure) -> CredentialLookup
}

/// The result of a credential lookup.
package struct CredentialLookup: Sendable {
    /// The credential, if one was found.
    package let credential: Credential?
    /// The sources that were searched, in order, for messages.
    package let sources: [String]
    /// Problems that did not end the lookup, for messages.
    package let warnings: [String]
    /// The key of the entry with the credential in its file, if it is from one.
    package let key: String?
    /// Whether the user gave the credential explicitly, by a flag or a variable of this program.
    ///
    /// If a registry rejects an explicit credential, there is no anonymous attempt.
    package let isExplicit: Bool
    /// The advice if the registry rejects the credential; ``SignInAdvice/usual(_:)`` if `nil`.
    package let advice: SignInAdvice?

    /// Creates the result of a lookup.
    package init(
        _ credential: Credential?,
        sources: [String],
        warnings: [String] = [],
        key: String? = nil,
        isExplicit: Bool = false,
        advice: SignInAdvice? = nil
    ) {
        self.key = key
        self.credential = credential
        self.sources = sources
        self.warnings = warnings
        self.isExplicit = isExplicit
        self.advice = advice
    }
}

extension Unicode.Scalar {
    /// Whether a terminal and an editor show nothing for the character.
    fileprivate var isInvisible: Bool {
        properties.isWhitespace || properties.generalCategory == .format
            || properties.generalCategory == .control
    }
}
