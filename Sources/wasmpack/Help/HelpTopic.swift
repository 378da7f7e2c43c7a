import Diagnostics

/// A topic of `wasmpack help`.
enum HelpTopic: String, CaseIterable {
    case registry
    case credentials
    case references
    case output
    case fields
    case exitCodes = "exit-codes"

    /// A part of the text.
    enum Part {
        case blank
        case text(String)
        case rows([(name: String, description: String)])
        case example(String)
        /// The options of the sections of a command.
        case options([String], of: String)
    }

    var parts: [Part] {
        switch self {
        case .registry: Self.registryParts
        case .credentials: Self.credentialParts
        case .references: Self.referenceParts
        case .output: Self.outputParts
        case .fields:
            [.text("Fields of the documents of wasmpack generate:"), .options(["FIELDS"], of: "generate")]
        case .exitCodes: Self.exitCodeParts
        }
    }

    private static let registryParts: [Part] = [
        .text("Options of each command that contacts a registry:"),
        .options(["CONNECTION", "CREDENTIALS"], of: "push"),
        .text("Environment:"),
        .rows([
            ("WASMPACK_CA_FILE", "like --ca-file, which takes precedence"),
            ("HTTPS_PROXY, NO_PROXY", "the proxy, and the hosts without one"),
        ]),
        .text("Docker's /etc/docker/certs.d/HOST is read too. Next: wasmpack help credentials"),
    ]

    private static let credentialParts: [Part] = [
        .text(
            "Credentials are looked for in this order. Sources without an entry for the registry are skipped."
        ),
        .blank,
        .rows([
            ("1", "--username with --password-stdin, or --identity-token-stdin"),
            ("2", "WASMPACK_USERNAME and WASMPACK_PASSWORD, for WASMPACK_REGISTRY only if that is set"),
            ("3", "DOCKER_AUTH_CONFIG (the JSON itself), then the file REGISTRY_AUTH_FILE"),
            ("4", "$DOCKER_CONFIG/config.json, or ~/.docker/config.json, with its credential helpers"),
            ("5", "podman's containers/auth.json"),
        ]),
        .blank,
        .text("--authfile FILE reads that file only; --anonymous ignores stored credentials."),
        .blank,
        .example("wasmpack login ghcr.io -u NAME"),
        .example("printf %s \"$TOKEN\" | wasmpack login ghcr.io -u NAME --password-stdin"),
    ]

    private static let referenceParts: [Part] = [
        .text("A REFERENCE names an image in a registry:"),
        .rows([
            ("host[:port]/repository:tag", "by tag, which can be moved"),
            ("host[:port]/repository@digest", "by digest, which always means the same image"),
            ("repository:tag", "on Docker Hub, only where a REFERENCE is expected"),
        ]),
        .blank,
        .text("A TARGET is the first of these that matches:"),
        .rows([
            (
                "an existing path",
                "a .wasm file, a layout (DIR, DIR:TAG, DIR@DIGEST) or an archive (x.tar, x.tar:TAG)"
            ),
            ("./x, /x, x.wasm, x.tar", "a path, also if it does not exist"),
            ("oci://…, or a host first", "a reference: a host has a dot or a port, or is localhost"),
        ]),
        .blank,
        .example("wasmpack inspect ./plugin-oci:v1"),
        .example("wasmpack inspect ghcr.io/me/plugin:v1"),
    ]

    private static let outputParts: [Part] = [
        .text("The result is on standard output, everything else on standard error."),
        .blank,
        .options(["OUTPUT"], of: "push"),
        .blank,
        .rows([
            ("NO_COLOR, CLICOLOR_FORCE", "never or always use color"),
            ("CI, TERM=dumb", "no moving progress line"),
        ]),
    ]

    private static var exitCodeParts: [Part] {
        [
            .rows(ExitStatus.allCases.map { ("\($0.rawValue)", $0.meaning) }),
            .blank,
            .text("Each error shows its code: error[tag-invalid] is explained by"),
            .example("wasmpack help tag-invalid"),
        ]
    }
}
