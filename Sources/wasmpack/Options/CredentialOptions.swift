import ArgumentParser
import Diagnostics
import OCI
import Registry

/// With which credentials a registry is asked.
struct CredentialOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Sign in as this user; needs --password-stdin.", valueName: "name"))
    var username: String?

    @Flag(help: "Read the password from standard input.")
    var passwordStdin = false

    func validate() throws {
        if passwordStdin, username == nil { throw ValidationError("--password-stdin needs --username.") }
        if username != nil, !passwordStdin { throw ValidationError("--username needs --password-stdin.") }
        if username == "" { throw ValidationError("--username is empty.") }
    }

    /// The order is that of the documentation: the first hit wins.
    func store(_ environment: Environment) throws(Failure) -> CredentialChain {
        var given: Credential?
        if let username {
            given = Credential(
                username: username,
                password: try StandardInput.password(),
                source: "--username"
            )
        }
        return CredentialChain([
            GivenCredential(given, place: "--username"),
            try Self.credentialOfEnvironment(environment),
            environment.dockerConfig,
        ])
    }

    private static func registry(_ text: String, _ variable: String) throws(Failure) -> RegistryName {
        do throws(Failure) {
            return try RegistryName(parsing: text)
        } catch {
            throw Failure(
                .configurationInvalid,
                "\(variable): \(error.message)",
                why: error.why,
                try: error.hints
            )
        }
    }

    private static func credentialOfEnvironment(_ environment: Environment) throws(Failure) -> GivenCredential
    {
        let names = (user: "WASMPACK_USERNAME", password: "WASMPACK_PASSWORD", registry: "WASMPACK_REGISTRY")
        let place = "$\(names.user)"
        switch (environment[names.user], environment[names.password]) {
        case (nil, nil): return GivenCredential(nil, place: place)
        case (let username?, let password?):
            var registry: RegistryName?
            if let text = environment[names.registry] { registry = try Self.registry(text, names.registry) }
            let credential = Credential(username: username, password: password, source: place)
            let owner = registry.map { " (for \($0))" } ?? ""
            return GivenCredential(credential, place: place + owner, only: registry)
        case (let username, _):
            let (there, missing) =
                username == nil ? (names.password, names.user) : (names.user, names.password)
            throw Failure(
                .configurationInvalid,
                "\(there) is set, but \(missing) is not",
                try: ["set both, or none"]
            )
        }
    }
}
