/// An option of another tool, and what to write here.
struct OtherToolOption {
    /// What to write, best first; empty if the command has no such option.
    let lines: [String]

    /// Reads an option; `nil` for an option that no other tool has.
    ///
    /// - Parameters:
    ///   - option: the option, without its value.
    ///   - value: the value that is joined to it, if there is one.
    ///   - command: the command, whose options alone are suggested.
    init?(_ option: String, value: Substring?, of command: CommandSurface.Command?) {
        let name = command?.commandName ?? ""
        let spellings = (command?.options ?? []).flatMap(\.spellings)
        let isOff = value.map { ["false", "f", "0"].contains($0.lowercased()) } ?? false
        if isOff ? Self.skipping.contains(option) : Self.verifying.contains(option) {
            lines =
                spellings.contains("--tls-skip-verify")
                ? ["omit it: certificates are verified by default"] : []
            return
        }
        guard
            let row = Self.rows.first(where: { row in
                row.options.contains(option) && (row.commands.isEmpty || row.commands.contains(name))
            })
        else { return nil }
        lines = row.lines.filter { line in
            line.split(separator: " ").allSatisfy { !$0.hasPrefix("-") || spellings.contains(String($0)) }
        }
    }

    /// The options that ask for verified certificates.
    private static let verifying = ["--tls-verify", "--src-tls-verify", "--dest-tls-verify", "--tlsverify"]

    /// The options that allow certificates that are not trusted, and perhaps HTTP.
    private static let skipping = insecure + ["--skip-tls-verify"]

    private static let insecure = [
        "--insecure", "--allow-insecure", "--allow-insecure-registry", "--insecure-registry", "-k",
    ]

    /// The options, the commands to which a row applies (all if empty), and the lines.
    private static let rows: [(options: [String], commands: [String], lines: [String])] = [
        (
            ["--tag", "-t"], ["push"],
            [
                "write the tag in the reference: wasmpack push REGISTRY/REPOSITORY:TAG",
                "use --also-tag for another tag",
            ]
        ),
        (["-o", "--output", "--out"], ["build"], ["use --layout DIR", "use --archive FILE.tar"]),
        (["--out", "-O", "--output-document"], ["pull"], ["use --output FILE"]),
        (
            ["--port", "--addr", "--address", "--host", "--bind"], ["serve", "run"],
            ["use --listen 127.0.0.1:PORT"]
        ),
        (["--storage", "--root", "--root-dir", "--data"], ["serve"], ["use --dir DIR"]),
        (["-n"], ["generate"], ["use --namespace NAME"]),
        (["-l"], ["generate"], ["use --selector KEY=VALUE"]),
        (
            ["-f", "--file", "--filename"], ["push"],
            ["write the file as SOURCE: wasmpack push REFERENCE FILE"]
        ),
        (
            insecure, [],
            [
                "use --plain-http for a registry without TLS",
                "use --tls-skip-verify for a certificate that is not trusted",
            ]
        ),
        (verifying, [], ["use --tls-skip-verify"]),
        (["--skip-tls-verify"], [], ["use --tls-skip-verify"]),
        (
            ["--src-creds", "--src-authfile", "--src-username", "--from-username", "--from-registry-config"],
            ["copy"], ["use --from-authfile FILE"]
        ),
        (
            ["--dest-creds", "--dest-authfile", "--dest-username", "--to-username", "--to-registry-config"],
            ["copy"], ["use --to-authfile FILE"]
        ),
        (["--src-cert-dir"], ["copy"], ["use --from-ca-file FILE"]),
        (["--dest-cert-dir"], ["copy"], ["use --to-ca-file FILE"]),
        (["--cert-dir", "--cacert", "--cafile", "--ca"], [], ["use --ca-file FILE"]),
        (["--cert", "--cert-file"], [], ["use --client-cert FILE"]),
        (["--key", "--key-file"], [], ["use --client-key FILE"]),
        (["--registry-config", "--config", "--docker-config"], [], ["use --authfile FILE"]),
        (["--user", "--src-creds", "--dest-creds"], [], ["use --username NAME with --password-stdin"]),
        (["--retry", "--retry-times", "--max-retries"], [], ["use --retries N"]),
        (["--command-timeout", "--max-time"], [], ["use --timeout SECONDS"]),
        (["--digestfile", "--iidfile", "--image-refs", "--metadata-file"], [], ["use --digest-file FILE"]),
        (
            ["--platform", "--override-arch", "--override-os"], [],
            ["omit it: wasmpack chooses the image that proxies choose"]
        ),
        (["--silent", "-s"], [], ["use --quiet"]),
        (["--no-color", "--nocolor"], [], ["use --color never"]),
    ]
}
