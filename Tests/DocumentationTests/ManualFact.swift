import ArgumentParser
import Diagnostics

@testable import wasmpack

/// An environment variable or a file in the manual pages.
struct ManualFact {
    let name: String
    let description: String
    /// Whether the page of the program alone describes it, because it is for all commands.
    var isGeneral = false
    /// Whether it matters to a command.
    let concerns: @Sendable (CommandSurface.Command) -> Bool

    var row: (name: String, description: String) { (name, description) }

    /// The paragraphs of wasmpack(1).
    static let description = [
        """
        wasmpack packs a compiled Wasm plugin into an OCI image, checks whether proxies will load it, \
        and moves it to and from registries. It verifies every digest, and needs no daemon and no root.
        """,
        "The same module gives the same digest on every machine with the same versions of wasmpack and zlib.",
        """
        The result of a command is on standard output, everything else on standard error. With --json, \
        standard output has exactly one JSON document, even after an error.
        """,
    ]

    private static let everywhere: @Sendable (CommandSurface.Command) -> Bool = { _ in true }
    private static let connection: @Sendable (CommandSurface.Command) -> Bool = { $0.usesRegistry }
    private static let credentials: @Sendable (CommandSurface.Command) -> Bool = { $0.has("--anonymous") }
    private static let layout: @Sendable (CommandSurface.Command) -> Bool = {
        $0.has("--layout") || $0.positional.contains { $0.spelling == "TARGET" }
    }
    private static let envoy: @Sendable (CommandSurface.Command) -> Bool = {
        $0.has("--envoy") || $0.commandName == "envoys"
    }

    /// The variables that the program reads.
    static let environment: [ManualFact] = [
        ManualFact(
            name: "WASMPACK_REGISTRY",
            description: "The only registry that WASMPACK_USERNAME and WASMPACK_PASSWORD are for.",
            concerns: credentials
        ),
        ManualFact(
            name: "WASMPACK_USERNAME, WASMPACK_PASSWORD",
            description: "Credentials for the registry; both or none.",
            concerns: credentials
        ),
        ManualFact(
            name: "DOCKER_AUTH_CONFIG",
            description: "The text of a config.json with credentials, as CI systems set it.",
            concerns: credentials
        ),
        ManualFact(
            name: "REGISTRY_AUTH_FILE",
            description: "A file with credentials, as for podman.",
            concerns: credentials
        ),
        ManualFact(
            name: "DOCKER_CONFIG",
            description: "The directory of Docker's config.json (default: ~/.docker).",
            concerns: { credentials($0) || ["login", "logout"].contains($0.commandName) }
        ),
        ManualFact(
            name: "XDG_RUNTIME_DIR, XDG_CONFIG_HOME",
            description: "Where podman's containers/auth.json is looked for.",
            concerns: credentials
        ),
        ManualFact(
            name: "WASMPACK_CA_FILE",
            description: "A PEM file with CA certificates to trust as well; --ca-file takes precedence.",
            concerns: connection
        ),
        ManualFact(
            name: "SSL_CERT_FILE, SSL_CERT_DIR",
            description: "The system's CA certificates, as for OpenSSL.",
            concerns: connection
        ),
        ManualFact(
            name: "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY",
            description:
                """
                The proxy for requests, and the hosts to reach without it. Lower-case names work too. \
                HTTP_PROXY is ignored if REQUEST_METHOD is set.
                """,
            concerns: connection
        ),
        ManualFact(
            name: "WASMPACK_LAYOUT",
            description: "The layout to use without --layout or TARGET (default: plugin-oci).",
            concerns: layout
        ),
        ManualFact(
            name: "SOURCE_DATE_EPOCH",
            description:
                "The creation time of the image without --created, in seconds since 1970 (default: 0).",
            concerns: { $0.has("--created") }
        ),
        ManualFact(
            name: "WASMPACK_ENVOY",
            description:
                """
                Paths of Envoys, separated by colons; they come before the Envoy in PATH, that of the \
                active Python environment (VIRTUAL_ENV), and those of func-e.
                """,
            concerns: envoy
        ),
        ManualFact(
            name: "FUNC_E_DATA_HOME, FUNC_E_HOME",
            description: "The directories of func-e, in which Envoys are looked for.",
            concerns: envoy
        ),
        ManualFact(
            name: "TMPDIR",
            description: "The directory for data in transit (default: /tmp).",
            isGeneral: true,
            concerns: everywhere
        ),
        ManualFact(
            name: "NO_COLOR, CLICOLOR, CLICOLOR_FORCE",
            description: "Never, if a terminal, or always use color; --color takes precedence.",
            isGeneral: true,
            concerns: everywhere
        ),
        ManualFact(
            name: "CI, TERM",
            description: "With CI, or with TERM=dumb, no line of output is changed later.",
            isGeneral: true,
            concerns: everywhere
        ),
        ManualFact(
            name: "GITHUB_ACTIONS",
            description: "If true, warnings and errors also become annotations.",
            isGeneral: true,
            concerns: everywhere
        ),
        ManualFact(
            name: "LC_ALL, LC_CTYPE, LANG",
            description: "Without a UTF-8 locale, marks are ASCII.",
            isGeneral: true,
            concerns: everywhere
        ),
        ManualFact(
            name: "COLUMNS",
            description: "The width of help that does not go to a terminal (default: 80).",
            isGeneral: true,
            concerns: everywhere
        ),
        ManualFact(
            name: "HOME",
            description: "The directory that ~ means in these pages.",
            isGeneral: true,
            concerns: everywhere
        ),
    ]

    /// The files that the program reads or writes.
    static let files: [ManualFact] = [
        ManualFact(
            name: "plugin-oci",
            description: "The default layout, in the working directory.",
            concerns: layout
        ),
        ManualFact(
            name: "plugin-tests.json",
            description: "The default test file, in the working directory.",
            concerns: { $0.commandName == "test" }
        ),
        ManualFact(
            name: "~/.docker/config.json",
            description: "Credentials and their helpers; login and logout change it.",
            concerns: { credentials($0) || ["login", "logout"].contains($0.commandName) }
        ),
        ManualFact(
            name: "$XDG_RUNTIME_DIR/containers/auth.json, ~/.config/containers/auth.json",
            description: "Credentials of podman.",
            concerns: credentials
        ),
        ManualFact(
            name: "/etc/docker/certs.d/HOST",
            description: "Certificates for one registry: *.crt to trust; *.cert and *.key to send.",
            concerns: connection
        ),
    ]
}

extension CommandSurface.Command {
    var usesRegistry: Bool { options.contains { $0.sectionTitle == HelpPage.Shared.connection } }

    func has(_ option: String) -> Bool { options.contains { $0.spellings.contains(option) } }

    /// The other commands of its group.
    var related: [String] {
        let groups = Wasmpack.configuration.groupedSubcommands.map { group in
            group.subcommands.compactMap { $0.configuration.commandName }
        }
        return (groups.first { $0.contains(commandName) } ?? []).filter { $0 != commandName }
    }

    /// Whether the command can end with a status.
    func canExit(_ status: ExitStatus) -> Bool {
        let readsNothing = ["version", "completion", "envoys"].contains(commandName)
        let onlyReads = ["tags", "digest", "login", "logout", "inspect", "ls", "serve"].contains(commandName)
        return switch status {
        case .negativeResult: !readsNothing && !onlyReads
        case .badData, .notFound: !readsNothing && commandName != "logout"
        case .unreachable: usesRegistry || commandName == "serve"
        case .temporary, .protocolViolation, .noPermission: usesRegistry
        case .configuration: commandName != "version" && commandName != "completion"
        case .done, .usage, .internalError, .systemLimit, .inputOutput, .hangup, .interrupted, .terminated:
            true
        }
    }
}
