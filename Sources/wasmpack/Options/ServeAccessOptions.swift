import ArgumentParser
import Diagnostics
import HostSystem
import RegistryServer
import SystemPackage

/// Who may use the registry.
struct ServeAccessOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Require this user name; needs --password-stdin", valueName: "name")
    )
    var username: String?

    @Flag(help: "Read the password from standard input")
    var passwordStdin = false

    @Option(
        help: ArgumentHelp("Require an account of this file (htpasswd -B)", valueName: "file"),
        completion: .file()
    )
    var htpasswd: String?

    @Flag(help: "Require tokens of the built-in token service")
    var tokenAuth = false

    /// The largest file of accounts, in bytes.
    private static let fileLimit = 1024 * 1024

    /// Whether clients must prove who they are.
    var requiresAccount: Bool { username != nil || htpasswd != nil }

    func validate() throws {
        if username != nil, htpasswd != nil {
            throw ValidationError("--username and --htpasswd cannot be used together.")
        }
        if (username != nil) != passwordStdin {
            throw ValidationError("--username and --password-stdin must be used together.")
        }
    }

    /// Returns the rule of access.
    ///
    /// Reads the file of accounts, or the password from standard input; throws their errors.
    func access(scheme: String) async throws(Failure) -> Access {
        let accounts = try await accounts()
        if tokenAuth { return .tokens(TokenIssuer(accounts, scheme: scheme)) }
        return accounts.map { .basic($0) } ?? .open
    }

    private func accounts() async throws(Failure) -> Accounts? {
        if let username {
            guard !username.isEmpty, !username.contains(":") else {
                throw Failure(.usage, "a user name is not empty and has no \":\"")
            }
            return Accounts(username, password: try await StandardInput.password())
        }
        guard let htpasswd else { return nil }
        let bytes = try ReadableFile.contents(of: FilePath(htpasswd), limit: Self.fileLimit)
        return try Accounts(htpasswd: String(decoding: bytes, as: UTF8.self), from: htpasswd)
    }
}
