import ArgumentParser
import Diagnostics
import OCI
import Registry
import SystemPackage

struct Login: ReportingCommand {
    static let configuration = CommandConfiguration(
        abstract: "Keep the credentials of a registry, after it has taken them.",
        discussion: """
            EXAMPLES
              wasmpack login ghcr.io -u me
              printf %s "$TOKEN" | wasmpack login ghcr.io -u me --password-stdin
              wasmpack login registry.example.com:5000 --ca-file authority.pem

            They are kept where docker keeps them: by the credential helper that its config.json names, else in that file,
            unencrypted.
            """
    )

    @Argument(help: "Which: host or host:port.")
    var registry: String

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The user name (default: asked for, on a terminal).", valueName: "name")
    )
    var username: String?

    @Flag(help: "Read the password from standard input (default: asked for, on a terminal).")
    var passwordStdin = false

    @Flag(help: "Read an identity token from standard input instead of a password.")
    var identityTokenStdin = false

    @Flag(help: "Keep them without asking the registry whether it takes them.")
    var noVerify = false

    @OptionGroup(title: "REGISTRY") var connection: ConnectionOptions
    @OptionGroup(title: "CREDENTIALS") var place: CredentialFileOption
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    var timeLimit: Duration? { connection.timeLimit }

    func validate() throws {
        if passwordStdin, identityTokenStdin {
            throw ValidationError("--password-stdin and --identity-token-stdin exclude each other.")
        }
        if passwordStdin, username == nil { throw ValidationError("--password-stdin needs --username.") }
    }

    func run(_ context: CommandContext) async throws {
        let registry = try RegistryName(argument: registry, of: "login")
        if let username { try Self.check(username) }
        // Whatever cannot work is said before anyone types a password, and before it travels.
        let file = try place.file(context.environment)
        try await file.check(for: registry)
        let endpoint = connection.endpoint(of: registry)
        connection.warn(of: registry, context)
        let connected = try context.connections.connection(
            to: endpoint,
            connection,
            sending: place.headers(context.environment),
            context
        )
        var credential = try await credential(for: registry)
        if !noVerify {
            credential = try await SignInCheck(connected).check(credential)
        }
        let kept = try await file.store(credential, for: registry)
        report(credential, registry, file, kept, context)
        if output.json { try print(credential, registry, file, kept) }
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
                "there is no terminal to ask for the password",
                try: [
                    "printf %s \"$PASSWORD\" | wasmpack login \(registry) -u \(username ?? "NAME") --password-stdin"
                ]
            )
        }
        var name = username ?? ""
        if username == nil {
            name = try await prompt.line("User name for \(registry)")
            try Self.check(name)
        }
        let password = try await prompt.secret("Password of \(name)")
        return Credential(username: name, password: password, source: "the terminal")
    }

    /// A user name ends at the first colon, both in the file and on the wire (RFC 7617, section 2).
    private static func check(_ username: String) throws(Failure) {
        let wrong = username.unicodeScalars.first { $0 == ":" || $0.value < 0x20 || $0.value == 0x7F }
        guard !username.isEmpty, wrong == nil else {
            throw Failure(
                .usage,
                username.isEmpty
                    ? "the user name is empty" : "\"\(username.truncated(to: 160))\" is no user name",
                why: username.isEmpty ? nil : "it holds \(wrong == ":" ? "a colon" : "a control character")"
            )
        }
    }

    private func report(
        _ credential: Credential,
        _ registry: RegistryName,
        _ file: CredentialFileStore,
        _ kept: CredentialFileStore.StoredEntry,
        _ context: CommandContext
    ) {
        let what = "\(credential.holder) for \(registry)"
        if let helper = kept.helper {
            context.record(.step("stored", "\(what), by \(helper), which \(file.shownPath) names"))
        } else {
            context.record(.step("stored", "\(what) in \(file.shownPath)"))
            context.record(
                .warning("it stands there unencrypted; a credential helper (credsStore) would keep it safe")
            )
            if file.isShared {
                context.record(.warning("other users may read \(file.shownPath): chmod 600 \(file.path)"))
            }
        }
        for key in kept.otherKeys {
            context.record(.note("\(file.shownPath) has an entry \"\(key)\" too, which wins there"))
        }
        for variable in place.strongerVariables(context.environment) {
            context.record(.note("$\(variable) is set: credentials that it names win"))
        }
    }

    private func print(
        _ credential: Credential,
        _ registry: RegistryName,
        _ file: CredentialFileStore,
        _ kept: CredentialFileStore.StoredEntry
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
                key: kept.key,
                helper: Nullable(kept.helper)
            )
        )
    }
}
