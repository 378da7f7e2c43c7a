import ArgumentParser
import Deployment
import Diagnostics
import HostSystem
import OCI
import SystemPackage

struct Lint: RegistryCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract: "Check manifests that deploy plugins, and their images",
        discussion: """
            EXAMPLES
              wasmpack lint deploy
              wasmpack lint wasmplugin.yaml --offline --for istio@1.29
              wasmpack lint deploy --fix
              kustomize build . | wasmpack lint -

            Reads the WasmPlugin of Istio and Higress, TrafficExtension, EnvoyExtensionPolicy, and their pull Secrets; skips other kinds.

            Exits 1 if there is an error, or with --strict a warning or nothing to check.
            """
    )

    /// The values of `--for`.
    private static let consumers: [ConsumerVersion.Consumer] = [.istio, .asm, .envoyGateway, .higress]

    @Argument(
        help: ArgumentHelp(
            "A manifest, a directory with manifests, or - for standard input",
            valueName: "file"
        ),
        completion: .file(extensions: ["yaml", "yml", "json"])
    )
    var files: [String]

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp(
            "Version of istio, asm, envoy-gateway or higress, as in istio@1.29; may be repeated",
            valueName: "consumer"
        ),
        completion: .list(consumers.map(\.rawValue))
    )
    var versions: [String] = []

    @Flag(help: "Contact no registry")
    var offline = false

    @Flag(help: "Pin images by digest in the files")
    var fix = false

    @Flag(help: "Treat warnings as errors")
    var strict = false

    @Flag(help: "Use the pull Secrets in the files for their images")
    var useSecrets = false

    @Option(
        help: ArgumentHelp(
            "Also write the findings as SARIF to FILE; - for only SARIF, on standard output",
            valueName: "file"
        ),
        completion: .file()
    )
    var sarif: String?

    @OptionGroup(title: "CONNECTION") var connection: ConnectionOptions
    @OptionGroup(title: "CREDENTIALS") var credentials: CredentialOptions
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    var references: [String] { [] }

    func validate() throws {
        if fix, offline {
            throw ValidationError(
                "--fix and --offline cannot be used together: only a registry knows digests."
            )
        }
        if fix, files.contains("-") { throw ValidationError("--fix changes files, and - is standard input.") }
        if useSecrets, offline {
            throw ValidationError("--use-secrets and --offline cannot be used together.")
        }
        if useSecrets, credentials.anonymous {
            throw ValidationError("--use-secrets and --anonymous cannot be used together.")
        }
        if files.contains("-"), credentials.passwordStdin || credentials.identityTokenStdin {
            throw ValidationError("- and a secret cannot both be read from standard input.")
        }
        if files.contains("") { throw ValidationError("The name of a file is empty.") }
        if sarif == "" { throw ValidationError("--sarif is empty.") }
        if sarif == "-", output.json {
            throw ValidationError("--sarif - and --json both write to standard output.")
        }
    }

    func run(_ context: CommandContext) async throws {
        let versions = try parsedVersions(context)
        let sarifFile = try sarif.flatMap { (path) throws(Failure) in
            path == "-" ? nil : try OutputFile(at: FilePath(path))
        }
        var search = ManifestSearch()
        for file in files.withoutDuplicates {
            if file == "-" {
                search.add(
                    standardInput: try await StandardInput.document(
                        "manifest",
                        limit: ManifestSearch.sizeLimit
                    )
                )
            } else {
                try search.read(FilePath(file))
            }
        }
        var linter = Linter(search.files, for: versions)
        if linter.objects.isEmpty, linter.findings.isEmpty {
            // A directory that was mistyped, or a pipe that broke, looks like this.
            context.record(.warning("no manifest that deploys a plugin was found, so nothing was checked"))
        }
        var fixed: [LintImages.Fix] = []
        if !offline {
            var images = LintImages(linter, registry: registry, versions: versions, usesSecrets: useSecrets)
            try await images.check(context)
            if fix { fixed = try await images.fix(search.files) }
            linter.advise { images.advice(for: $0, search.files) }
            linter.add(images.findings)
        }
        let report = LintReport(
            linter,
            of: search.files.count,
            fixed: fixed,
            isStrict: strict,
            isOffline: offline
        )
        if let sarifFile {
            let bytes = try CanonicalJSON.encode(SARIFReport(report.findings))
            try bytes.withUnsafeBytesTyped { (bytes) throws(Failure) in try sarifFile.write(bytes) }
            try sarifFile.commit()
        }
        if sarif == "-" {
            try JSONReport.print(SARIFReport(report.findings))
        } else {
            try context.print(report.document, orRows: report.rows)
        }
        if report.isFailed { throw NegativeResult() }
    }

    private func parsedVersions(_ context: CommandContext) throws(Failure) -> [ConsumerVersion] {
        var parsed: [ConsumerVersion] = []
        for text in versions {
            let version = try ConsumerVersion(parsing: text)
            guard Self.consumers.contains(version.consumer) else {
                throw Failure(
                    .usage,
                    "--for \(version.consumer.rawValue) does not apply to lint",
                    why: "the consumers are \(Self.consumers.map(\.rawValue).joined(separator: ", "))"
                )
            }
            let isMesh = { (consumer: ConsumerVersion.Consumer) in consumer == .istio || consumer == .asm }
            if let other = parsed.first(where: {
                $0.consumer == version.consumer || isMesh($0.consumer) && isMesh(version.consumer)
            }) {
                throw Failure(
                    .usage,
                    "--for \(text) and --for \(other.consumer.rawValue) are for the same manifests",
                    why: "each manifest is checked for one version",
                    try: ["run lint once for each version"]
                )
            }
            if let warning = version.warning { context.record(.warning(warning)) }
            parsed.append(version)
        }
        return parsed
    }
}
