import Diagnostics

/// A topic of `wasmpack help`.
enum HelpTopic: String, CaseIterable {
    case registry
    case credentials
    case references
    case image
    case output
    case fields
    case faults
    case plugin
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
        case .image: Self.imageParts
        case .output: Self.outputParts
        case .fields:
            [.text("Document fields of wasmpack generate:"), .options(["FIELDS"], of: "generate")]
        case .faults:
            [
                .text("Deliberate faults of wasmpack serve, to test how a client copes:"),
                .options(["FAULTS"], of: "serve"), .blank,
                .text("* in PATH matches any text. Without COUNT, --fail answers every matching request."),
                .blank,
                .example("wasmpack serve --slow 1MB/s --delay 50ms"),
            ]
        case .plugin:
            [
                .text("What wasmpack run configures for the plugin, as a mesh would:"),
                .options(["PLUGIN"], of: "run"), .blank,
                .text("--env NAME takes the value of this environment."), .blank,
                .example("wasmpack run plugin.wasm --plugin-config @config.json --env LEVEL=debug"),
            ]
        case .exitCodes: Self.exitCodeParts
        }
    }

    private static let registryParts: [Part] = [
        .text("Connection and login options (login has its own login options):"),
        .options(["CONNECTION", "CREDENTIALS"], of: "push"),
        .text("Environment:"),
        .rows([
            ("WASMPACK_CA_FILE", "like --ca-file, which takes precedence"),
            ("HTTPS_PROXY, NO_PROXY", "proxy (HTTP or SOCKS), and hosts to reach without it"),
        ]),
        .text("Docker's /etc/docker/certs.d/HOST is also read. See: wasmpack help credentials"),
    ]

    private static let credentialParts: [Part] = [
        .text(
            "wasmpack looks for credentials in this order. Sources without an entry for the registry are skipped."
        ),
        .blank,
        .rows([
            ("1", "--username with --password-stdin, or --identity-token-stdin"),
            (
                "2",
                "WASMPACK_USERNAME and WASMPACK_PASSWORD; if WASMPACK_REGISTRY is set, for that registry only"
            ),
            ("3", "DOCKER_AUTH_CONFIG (the JSON itself), then the file REGISTRY_AUTH_FILE"),
            ("4", "$DOCKER_CONFIG/config.json, or ~/.docker/config.json, with its credential helpers"),
            ("5", "podman's containers/auth.json"),
        ]),
        .blank,
        .text("--authfile FILE reads only that file; --anonymous uses no credentials."),
        .blank,
        .example("wasmpack login ghcr.io -u NAME"),
        .example("printf %s \"$TOKEN\" | wasmpack login ghcr.io -u NAME --password-stdin"),
    ]

    private static let referenceParts: [Part] = [
        .text("A REFERENCE specifies an image in a registry:"),
        .rows([
            ("host[:port]/repository:tag", "a tag, which can move"),
            ("host[:port]/repository@digest", "a digest, which cannot"),
            ("host/a/b:tag", "three parts: the first is the host"),
            ("repository:tag", "on Docker Hub, only where a REFERENCE is expected"),
        ]),
        .blank,
        .text("A TARGET is the first of these that matches:"),
        .rows([
            (
                "an existing path",
                "a .wasm file, a layout (DIR, DIR:TAG, DIR@DIGEST) or an archive (x.tar, x.tar:TAG)"
            ),
            ("./x, /x, x.wasm, x.tar", "a path, even if it does not exist"),
            ("oci://…, or a host first", "a reference: a host has a dot or a port, or is localhost"),
        ]),
        .blank,
        .example("wasmpack inspect ./plugin-oci:v1"),
        .example("wasmpack inspect ghcr.io/me/plugin:v1"),
    ]

    private static let imageParts: [Part] = [
        .text("Options for a new image, in build and push:"),
        .options(["IMAGE"], of: "build"),
        .blank,
        .text("Formats:"),
        .rows([
            ("image", "an OCI image: a gzipped tar with plugin.wasm; for Istio, Envoy Gateway and Higress"),
            ("docker", "the same with Docker's media types"),
            (
                "artifact",
                "the format of solo.io: a runtime config and the bare module; some registries reject it"
            ),
            (
                "wasm",
                "the CNCF Wasm artifact: the bare module or component, for wkg and Spin; meshes reject it"
            ),
        ]),
    ]

    private static let outputParts: [Part] = [
        .text("The result is on standard output, everything else on standard error."),
        .blank,
        .options(["OUTPUT"], of: "push"),
        .blank,
        .text("-h or --help after a command shows its help."),
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
