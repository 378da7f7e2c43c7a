/// An option of another tool, and what to write here.
struct OtherToolOption {
    /// What to write, best first.
    let lines: [String]

    /// Returns `nil` for an option that no other tool has, or that has no counterpart here.
    init?(_ option: String, of command: String) {
        guard
            let row = Self.rows.first(where: { row in
                row.options.contains(option) && (row.commands.isEmpty || row.commands.contains(command))
            })
        else { return nil }
        lines = row.lines
    }

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
        (["-n"], ["generate"], ["use --namespace NAME"]),
        (["-l"], ["generate"], ["use --selector KEY=VALUE"]),
        (
            ["-f", "--file", "--filename"], ["push"],
            ["write the file as SOURCE: wasmpack push REFERENCE FILE"]
        ),
        (
            ["--insecure", "--allow-insecure", "--allow-insecure-registry", "--insecure-registry", "-k"], [],
            [
                "use --plain-http for a registry without TLS",
                "use --tls-skip-verify for a certificate that is not trusted",
            ]
        ),
        (
            ["--tls-verify", "--src-tls-verify", "--dest-tls-verify", "--tlsverify", "--skip-tls-verify"], [],
            ["use --tls-skip-verify"]
        ),
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
