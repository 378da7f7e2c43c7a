package import Diagnostics
package import OCI

/// What a registry knows someone by, and where it came from.
///
/// No description of it ever shows the secret.
package struct Credential: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    /// The secret itself, and what is done with it.
    enum Secret: Sendable {
        /// Sent by Basic to the registry or its token service, with the user name.
        case password(String)
        /// Exchanged for a bearer token by the token service (distribution's OAuth2 flow, `refresh_token`).
        case identityToken(String)
        /// Sent to the registry as it is, by Bearer.
        case registryToken(String)
    }

    /// The user name, if one is known: an identity or registry token often comes without.
    package let username: String?
    let secret: Secret
    /// Where it came from, for people: `--username`, `$WASMPACK_USERNAME`, a file.
    package let source: String

    /// A user name and a password, or a token that stands for one.
    package init(username: String, password: String, source: String) {
        self.init(username: username, .password(password), source: source)
    }

    /// A token that the token service takes in exchange for another one.
    package init(identityToken: String, username: String? = nil, source: String) {
        self.init(username: username, .identityToken(identityToken), source: source)
    }

    /// A token that the registry itself takes.
    package init(registryToken: String, source: String) {
        self.init(username: nil, .registryToken(registryToken), source: source)
    }

    private init(username: String?, _ secret: Secret, source: String) {
        self.username = username
        self.secret = secret
        self.source = source
    }

    /// The password, if that is what it is.
    var password: String? {
        if case .password(let password) = secret { password } else { nil }
    }

    /// The identity token, if that is what it is.
    var identityToken: String? {
        if case .identityToken(let token) = secret { token } else { nil }
    }

    /// Whom it stands for, for people: the user name, or what kind of token it is.
    package var holder: String {
        if let username { return username }
        return switch secret {
        case .password: "the password"
        case .identityToken: "the identity token"
        case .registryToken: "the registry token"
        }
    }

    /// Whose it is and where it came from.
    package var description: String { "\(holder), from \(source)" }
    /// The same as the description.
    package var debugDescription: String { description }
    /// Nothing: a mirror would show the secret.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Where credentials come from.
package protocol CredentialStore: Sendable {
    /// Looks for the credential to do something with a repository.
    ///
    /// Throws ``Failure/Code/configurationInvalid`` when a place cannot be read that should be, and what a credential
    /// helper fails with; for ``Access/pull`` a helper's failure is only a warning of the lookup.
    func lookUp(
        _ registry: RegistryName,
        _ repository: RepositoryName,
        for access: Access
    ) async throws(Failure) -> CredentialLookup
}

/// What a look for a credential gave.
package struct CredentialLookup: Sendable {
    /// The credential, if there is one.
    package let credential: Credential?
    /// Where was looked, for people, in order.
    package let places: [String]
    /// What went wrong on the way without ending it, for people.
    package let warnings: [String]
    /// Whether the credential was given to this program for just this, by a flag or a variable of its own.
    ///
    /// Then it is meant: when a registry refuses it, nothing is tried without it.
    package let isGiven: Bool
    /// What to do when the registry is not content with the credential; the usual, when `nil`.
    package let advice: SignInAdvice?

    /// Describes the outcome of a look.
    package init(
        _ credential: Credential?,
        places: [String],
        warnings: [String] = [],
        isGiven: Bool = false,
        advice: SignInAdvice? = nil
    ) {
        self.credential = credential
        self.places = places
        self.warnings = warnings
        self.isGiven = isGiven
        self.advice = advice
    }
}
