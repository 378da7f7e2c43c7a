import ArgumentParser
import Diagnostics
import OCI
import Registry
import SystemPackage

struct Login: ReportingCommand, NamingCommand {
    static let configuration = CommandConfiguration(
        commandName: "login",
        abstract: "Log in to a registry",
        discussion: """
            EXAMPLES
              wasmpack login ghcr.io -u NAME
              printf %s "$TOKEN" | wasmpack login ghcr.io -u NAME --password-stdin
              wasmpack login registry.example.com:5000 --ca-file ca.pem

            The credentials are stored where Docker stores them: in the credential helper of its config.json, or \
            unencrypted in that file.

            The registry checks the credentials before they are stored.
            """
    )

    @Argument(help: "The registry: host or host:port", completion: RegistryNames.completion)
    var registry: String

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("User name (default: prompt)", valueName: "name")
    )
    var username: String?

    @Flag(help: "Read the password from standard input (default: prompt)")
    var passwordStdin = false

    @Flag(help: "Read an identity token from standard input")
    var identityTokenStdin = false

    @Flag(help: "Store the credentials without checking them")
    var noVerify = false

    @OptionGroup(title: "CONNECTION") var connection: ConnectionOptions
    @OptionGroup(title: "CREDENTIALS") var credentialFile: CredentialFileOption
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    var timeLimit: Duration? { connection.timeLimit }

    var named: [HintCompletion.Named] {
        [HintCompletion.Named(text: registry, options: connection.typed)]
    }

    var repeated: [HintCompletion.TypedOption] {
        HintCompletion.TypedOption.given(
            [("-u", username)],
            flags: [("--password-stdin", passwordStdin), ("--identity-token-stdin", identityTokenStdin)]
        )
    }

    func validate() throws {
        if passwordStdin, identityTokenStdin {
            throw ValidationError("--password-stdin and --identity-token-stdin cannot be used together.")
        }
        if passwordStdin, username == nil { throw ValidationError("--password-stdin needs --username.") }
    }

    func run(_ context: CommandContext) async throws {
        let registry = try RegistryName(argument: registry, of: "login")
        if let username { try Self.check(username) }
        // Check everything else before the user types a password and before it is sent.
        let file = try credentialFile.file(context.environment)
        try await file.check(for: registry)
        let endpoint = connection.endpoint(of: registry)
        connection.warn(of: registry, context)
        let connected = try context.connections.connection(
            to: endpoint,
            connection,
            sending: credentialFile.headers(context.environment),
            context
        )
        // Do not ask for the password of a registry that cannot be reached, or whose certificate is not trusted.
        if !noVerify, !passwordStdin, !identityTokenStdin, StandardInput.isTerminal {
            try await SignInCheck(connected).reach()
        }
        var credential = try await credential(for: registry)
        if !noVerify {
            credential = try await SignInCheck(connected).check(credential)
        }
        let stored = try await file.store(credential, for: registry)
        report(credential, registry, file, stored, context)
        if output.json { try print(credential, registry, file, stored) }
    }

    private func credential(for registry: RegistryName) async throws(Failure) -> Credential {
        if identityTokenStdin {
            let token = try await StandardInput.identityToken()
            return Credential(identityToken: token, username: username, source: "--identity-token-stdin")
        }
        if passwordStdin, let username {
            return Credential(
                username: username,
                password: try await StandardInput.password(),
                source: "--password-stdin"
            )
        }
        guard let prompt = TerminalPrompt() else {
            throw Failure(
                .usage,
                "cannot ask for the password: there is no terminal",
                try: [
                    "printf %s \"$PASSWORD\" | wasmpack login \(registry) -u \(username ?? "NAME") --password-stdin"
                ]
            )
        }
        var name = username ?? ""
        if username == nil {
            name = try await prompt.line("Username for \(registry)")
            try Self.check(name)
        }
        let password = try await prompt.secret("Password for \(name)")
        return Credential(username: name, password: password, source: "the prompt")
    }

    /// Throws for a user name that is empty or contains a colon or a control character.
    ///
    /// A user name ends at the first colon, both in the file and in requests (RFC 7617, section 2).
    private static func check(_ username: String) throws(Failure) {
        let wrong = username.unicodeScalars.first { $0 == ":" || $0.value < 0x20 || $0.value == 0x7F }
        guard !username.isEmpty, wrong == nil else {
            throw Failure(
                .usage,
                username.isEmpty
                    ? "the user name is empty"
                    : "\"\(username.truncated(to: 160))\" is not a valid user name",
                why: username.isEmpty
                    ? nil : "it contains \(wrong == ":" ? "a colon" : "a control character")"
            )
        }
    }

    private func report(
        _ credential: Credential,
        _ registry: RegistryName,
        _ file: CredentialFileStore,
        _ stored: CredentialFileStore.StoredEntry,
        _ context: CommandContext
    ) {
        let user = credential.username.map { "as \($0)" } ?? "with \(credential.holder)"
        let location =
            stored.helper.map { "by \($0), which \(file.shownPath) names" } ?? "in \(file.shownPath)"
        context.record(
            noVerify
                ? .step("stored", "\(credential.holder) for \(registry) \(location)")
                : .step("ok", "logged in to \(registry) \(user) (stored \(location))")
        )
        if stored.helper == nil {
            context.record(
                .warning(
                    "the \(identityTokenStdin ? "identity token" : "password") is stored unencrypted in "
                        + "\(file.shownPath); a credential helper (credsStore) avoids that"
                )
            )
            if file.isShared {
                context.record(
                    .warning("other users may read \(file.shownPath); run chmod 600 \(file.path)")
                )
            }
        }
        for key in stored.otherKeys {
            context.record(
                .note("\(file.shownPath) also has an entry \"\(key)\", which takes precedence there")
            )
        }
        for variable in credentialFile.strongerVariables(context.environment) {
            context.record(.note("$\(variable) is set: its credentials take precedence"))
        }
    }

    private func print(
        _ credential: Credential,
        _ registry: RegistryName,
        _ file: CredentialFileStore,
        _ stored: CredentialFileStore.StoredEntry
    ) throws(Failure) {
        struct Document: Encodable {
            let schema = "wasmpack.login/v1"
            let ok = true
            let registry: String
            let username: Nullable<String>
            let verified: Bool
            let file: String
            let key: String
            let helper: Nullable<String>
        }
        try JSONReport.print(
            Document(
                registry: registry.description,
                username: Nullable(credential.username),
                verified: !noVerify,
                file: file.path.string,
                key: stored.key,
                helper: Nullable(stored.helper)
            )
        )
    }
}
