public import Diagnostics
public import OCI

/// A user name and a password for one registry, and where they came from.
///
/// No description of it ever shows the password.
public struct Credential: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The user name.
    public let username: String
    /// The password, or a token that stands for one.
    let password: String
    /// Where it came from, for people: `--username`, `$WASMPACK_USERNAME`, a file.
    public let source: String

    /// Puts a credential together.
    public init(username: String, password: String, source: String) {
        self.username = username
        self.password = password
        self.source = source
    }

    /// Whose it is and where it came from.
    public var description: String { "\(username), from \(source)" }
    /// The same as the description.
    public var debugDescription: String { description }
    /// Nothing: a mirror would show the password.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Where credentials come from.
public protocol CredentialStore: Sendable {
    /// Looks for the credential of a repository.
    ///
    /// Throws ``Failure/Code/configurationInvalid`` when a place cannot be read that should be.
    func lookUp(_ registry: RegistryName, _ repository: RepositoryName) async throws(Failure)
        -> CredentialLookup
}

/// What a look for a credential gave.
public struct CredentialLookup: Sendable {
    /// The credential, if there is one.
    public let credential: Credential?
    /// Where was looked, for people, in order.
    public let places: [String]

    /// Describes the outcome of a look.
    public init(_ credential: Credential?, places: [String]) {
        self.credential = credential
        self.places = places
    }
}
