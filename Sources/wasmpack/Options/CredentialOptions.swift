import ArgumentParser
import Diagnostics
import HTTPTransport
import OCI
import Registry

/// The options for the credentials of a registry.
struct CredentialOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Log in as this user; needs --password-stdin or --identity-token-stdin",
            valueName: "name"
        )
    )
    var username: String?

    @Flag(help: "Read the password from standard input")
    var passwordStdin = false

    @Flag(help: "Read an identity token from standard input, with or without --username")
    var identityTokenStdin = false

    @Option(
        help: ArgumentHelp(
            "Only source of credentials: a config.json, a Kubernetes Secret, or its mounted directory",
            valueName: "file"
        ),
        completion: .file()
    )
    var authfile: String?

    @Flag(help: "Use no credentials")
    var anonymous = false

    func validate() throws {
        if passwordStdin, identityTokenStdin {
            throw ValidationError("--password-stdin and --identity-token-stdin cannot be used together.")
        }
        if passwordStdin, username == nil { throw ValidationError("--password-stdin needs --username.") }
        if username != nil, !passwordStdin, !identityTokenStdin {
            throw ValidationError("--username needs --password-stdin or --identity-token-stdin.")
        }
        if username == "" { throw ValidationError("--username is empty.") }
        if authfile == "" { throw ValidationError("--authfile is empty.") }
        let sources = [
            ("--username", username != nil),
            ("--identity-token-stdin", username == nil && identityTokenStdin),
            ("--authfile", authfile != nil), ("--anonymous", anonymous),
        ]
        let given = sources.filter(\.1).map(\.0)
        if given.count > 1 { throw ValidationError("\(given[0]) and \(given[1]) cannot be used together.") }
    }

    /// Returns the sources of credentials in the documented order; the first match is used.
    ///
    /// `side` is FROM or TO for a command with two registries.
    func store(_ environment: Environment, usesTLS: Bool, for side: String? = nil) async throws(Failure)
        -> CredentialChain
    {
        let advice = advice(for: side)
        if anonymous {
            return CredentialChain(
                [ExplicitCredential(nil, source: "--anonymous (stored credentials are ignored)")],
                advice: advice
            )
        }
        let files = CredentialFiles(environment, usesTLS: usesTLS)
        if let authfile { return CredentialChain([files.explicit(authfile)], advice: advice) }
        return CredentialChain(
            [
                ExplicitCredential(try await given(), source: "--username"),
                try Self.credentialOfEnvironment(environment),
            ] + files.all,
            advice: advice
        )
    }

    /// Returns the keys of the entries for a registry and for parts of it, by the name of their file.
    func keys(of registry: RegistryName, _ environment: Environment, usesTLS: Bool) -> [String: [String]] {
        guard !anonymous else { return [:] }
        let files = CredentialFiles(environment, usesTLS: usesTLS)
        let sources = authfile.map { [files.explicit($0)] } ?? files.all
        return Dictionary(
            sources.map { ($0.shownPath, $0.keys(of: registry)) }.filter { !$0.1.isEmpty },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// Returns the advice for a registry that rejects the credentials, which depends on the options.
    private func advice(for side: String?) -> @Sendable (RegistryName) -> SignInAdvice {
        let (anonymous, authfile) = (anonymous, authfile)
        return { registry in
            let steps =
                if anonymous {
                    ["omit --anonymous"]
                } else if let authfile {
                    ["wasmpack login --authfile \(authfile) \(registry)"]
                } else if let side {
                    ["wasmpack login \(registry)", "use --\(side.lowercased())-authfile FILE"]
                } else {
                    SignInAdvice.usual(registry).steps
                }
            return SignInAdvice(side: side, steps: steps)
        }
    }

    /// Returns the HTTP headers that Docker's configuration adds to requests to registries.
    func headers(_ environment: Environment) -> HeaderFields {
        if anonymous { return [:] }
        let files = CredentialFiles(environment, usesTLS: true)
        return (authfile.map(files.explicit) ?? files.docker).headers()
    }

    private func given() async throws(Failure) -> Credential? {
        if identityTokenStdin {
            return Credential(
                identityToken: try await StandardInput.identityToken(),
                username: username,
                source: "--identity-token-stdin"
            )
        }
        guard let username else { return nil }
        return Credential(
            username: username,
            password: try await StandardInput.password(),
            source: "--username"
        )
    }

    private static func registry(_ text: String, _ variable: String) throws(Failure) -> RegistryName {
        do throws(Failure) {
            return try RegistryName(address: text) { "\(variable)=\($0)" }
        } catch {
            throw error.with(code: .configurationInvalid, message: "\(variable): \(error.message)")
        }
    }

    private static func credentialOfEnvironment(_ environment: Environment) throws(Failure)
        -> ExplicitCredential
    {
        let names = (user: "WASMPACK_USERNAME", password: "WASMPACK_PASSWORD", registry: "WASMPACK_REGISTRY")
        let source = "$\(names.user)"
        switch (try environment[names.user], try environment[names.password]) {
        case (nil, nil): return ExplicitCredential(nil, source: source)
        case (let username?, let password?):
            var registry: RegistryName?
            if let text = try environment[names.registry] {
                registry = try Self.registry(text, names.registry)
            }
            let credential = Credential(username: username, password: password, source: source)
            let owner = registry.map { " (for \($0))" } ?? ""
            return ExplicitCredential(credential, source: source + owner, only: registry)
        case (let username, _):
            let (found, missing) =
                username == nil ? (names.password, names.user) : (names.user, names.password)
            throw Failure(
                .configurationInvalid,
                "\(found) is set, but \(missing) is not",
                try: ["set both or neither"]
            )
        }
    }
}
