import ArgumentParser
import Diagnostics
import HTTPTransport
import HostSystem
import OCI
import Registry
import Storage
import SystemPackage

struct Doctor: RegistryCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Find out why a registry cannot be used",
        discussion: """
            EXAMPLES
              wasmpack doctor ghcr.io
              wasmpack doctor ghcr.io/me/my-plugin:v1
              wasmpack doctor registry.example.com/team/plugin:v1 --push
              kubectl get secret wasm-secret -o yaml | wasmpack doctor ghcr.io/me/my-plugin:v1 --pull-secret -

            Checks the connection to a registry, repository or image step by step: proxy, DNS, TCP, TLS, /v2/, login, \
            credentials, token, repository, image. Each line ends with ✓, ! or ✗ and what to do. Secrets are never shown.

            The exit status is that of the first failed step.

            --pull-secret uses the credentials of a Secret, chosen as Istio chooses them, and says what a cluster would \
            reject. --push also begins an upload, and cancels it.
            """
    )

    @Argument(
        help: "A registry (host or host:port), a repository or a reference (default: $WASMPACK_REGISTRY)",
        completion: RegistryNames.completion
    )
    var target: String?

    @Flag(help: "Also check that you may push to the repository")
    var push = false

    @Option(
        help: ArgumentHelp(
            "Pull as a cluster would, with this Secret (JSON or YAML; - for standard input)",
            valueName: "file"
        ),
        completion: .file(extensions: ["yaml", "yml", "json"])
    )
    var pullSecret: String?

    @OptionGroup(title: "CONNECTION") var connection: ConnectionOptions
    @OptionGroup(title: "CREDENTIALS") var credentials: CredentialOptions
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    var references: [String] { [target].compactMap(\.self) }

    func validate() throws {
        if pullSecret == "" { throw ValidationError("--pull-secret is empty.") }
        if push, pullSecret != nil {
            throw ValidationError("--push and --pull-secret cannot be used together.")
        }
        guard pullSecret != nil else { return }
        let others = [
            ("--username", credentials.username != nil), ("--authfile", credentials.authfile != nil),
            ("--anonymous", credentials.anonymous),
            ("--identity-token-stdin", credentials.identityTokenStdin),
        ]
        if let other = others.first(where: \.1)?.0 {
            throw ValidationError("--pull-secret and \(other) cannot be used together.")
        }
    }

    func run(_ context: CommandContext) async throws {
        let (name, reference) = try examined(context)
        let folder = LazyTemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        var subject = RegistryProbe.Subject(
            try context.connections.connection(
                to: connection.endpoint(of: name),
                connection,
                sending: credentials.headers(context.environment),
                context
            ),
            credentials: try await credentials.store(context.environment, usesTLS: !connection.plainHttp),
            spool: .temporary(folder)
        )
        connection.warn(of: name, context)
        let proxies = try Proxies { (name) throws(Failure) in try context.environment[name] }
        subject.proxy = connection.endpoint(of: name).origins.first.flatMap(proxies.name)
        subject.repository = reference?.repository
        subject.image = reference.flatMap { $0.tag == nil && $0.digest == nil ? nil : $0 }
        subject.access = push ? .push : .pull
        subject.trustsMoreAuthorities = try connection.trustsMoreAuthorities(for: name, context.environment)
        subject.secret = try await secret()
        let report = DoctorReport(target ?? "\(name)", context)
        let probe = RegistryProbe(subject) { report.record($0) }
        try await probe.run()
        try report.finish(name, reference)
        if let failure = report.firstFailure { throw NegativeResult(failure.code.exitStatus) }
    }

    /// The registry, and the repository or image in it.
    private func examined(_ context: CommandContext) throws(Failure) -> (RegistryName, Reference?) {
        let variable = target == nil ? try context.environment["WASMPACK_REGISTRY"] : nil
        guard let text = target ?? variable else {
            throw Failure(
                .usage,
                "doctor needs a registry or a reference",
                try: ["wasmpack doctor ghcr.io", "wasmpack doctor ghcr.io/me/my-plugin:v1"]
            )
        }
        let address = text.firstRange(of: "://").map { text[$0.upperBound...] } ?? text[...]
        let isRegistry =
            target == nil
            || Target.isBareHost(String(address.prefix { $0 != "/" }))
                && address.split(separator: "/").dropFirst().allSatisfy { $0 == "v1" || $0 == "v2" }
        guard !isRegistry else {
            guard !push else {
                throw Failure(
                    .usage,
                    "--push needs a repository",
                    try: ["wasmpack doctor \(address.prefix { $0 != "/" })/REPOSITORY --push"]
                )
            }
            return (try RegistryName(argument: text, of: "doctor"), nil)
        }
        let reference = try Reference(remote: text, of: "doctor")
        return (reference.registry, reference)
    }

    private func secret() async throws(Failure) -> ClusterSecret? {
        guard let pullSecret else { return nil }
        guard pullSecret == "-" else {
            let path = FilePath(pullSecret)
            let bytes = try ReadableFile.contents(of: path, limit: ClusterSecret.sizeLimit)
            return ClusterSecret(bytes, named: pullSecret)
        }
        let bytes = try await StandardInput.document("Secret", limit: ClusterSecret.sizeLimit)
        return ClusterSecret(bytes, named: "the Secret")
    }
}
