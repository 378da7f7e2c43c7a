import ArgumentParser
import Diagnostics
import EnvoyRunner
import HostSystem
import OCI
import Packing
import Storage
import SystemPackage

struct Check: TargetCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check that Istio, Envoy Gateway and Higress accept a plugin",
        discussion: """
            EXAMPLES
              wasmpack check plugin.wasm
              wasmpack check ghcr.io/me/my-plugin:v1 --for istio@1.29 --strict
              wasmpack check --envoy plugin-oci
              wasmpack check --envoy=/opt/envoy/bin/envoy plugin.wasm

            Exits 0 if every selected consumer accepts the plugin, 1 otherwise.

            Messages of the consumers are quoted verbatim. Nothing is run; --envoy loads the plugin in a real Envoy.
            """
    )

    @Argument(
        help: "A .wasm file, layout (DIR, DIR:TAG), archive or reference (default: plugin-oci)",
        completion: .file(extensions: ["wasm", "tar"])
    )
    var target: String?

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp(
            "Check for istio, envoy-gateway, higress, envoy, wkg or all (the first three, the default); istio@1.29 for a version; may be repeated",
            valueName: "consumer"
        )
    )
    var consumers: [ConsumerChoice] = []

    @Flag(help: "Treat warnings as errors")
    var strict = false

    @Option(
        help: ArgumentHelp(
            "Also load it in Envoy: a found one (wasmpack envoys), or the one at PATH; may be repeated",
            valueName: "path"
        ),
        completion: .file()
    )
    var envoy: [String] = []

    @Option(help: ArgumentHelp("Largest unpacked layer that consumers read", valueName: "bytes"))
    var maxSize = PluginCheck.defaultLimit

    @OptionGroup(title: "CONNECTION") var connection: ConnectionOptions
    @OptionGroup(title: "CREDENTIALS") var credentials: CredentialOptions
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    /// The program of `--envoy` without a value, which the command line is completed with before it is parsed.
    static var defaultEnvoy: String { EnvoyProgram.defaultName }

    func validate() throws {
        if maxSize < 1 { throw ValidationError("--max-size must be a number of bytes, at least 1.") }
        if envoy.contains("") { throw ValidationError("--envoy is empty.") }
    }

    func run(_ context: CommandContext) async throws {
        try await registry.withImage(of: parsedTarget(), context) { path in
            let module = try ModuleInspection(of: path.string, in: ReadableFile(opening: path))
            try await answer(nil, named: nil, module, at: path, context)
        } image: { found in
            try await InspectedImage.with(found.root, in: found.source) { image in
                try await answer(
                    image.inspection,
                    named: found.reference,
                    image.module,
                    at: image.modulePath,
                    context
                )
            }
        }
    }

    /// The verdicts of the Envoys that `--envoy` names; none without the option.
    private func verdicts(on path: FilePath, _ context: CommandContext) async throws(Failure)
        -> [EnvoyVerdict]
    {
        guard !envoy.isEmpty else { return [] }
        let supervisor = try SupervisedProcess.ownProgram()
        var verdicts: [EnvoyVerdict] = []
        for found in try await EnvoySearch(context.environment).chosen(by: envoy, versions: []) {
            verdicts.append(try await ModuleValidation(in: found, supervisor: supervisor).verdict(on: path))
        }
        return verdicts
    }

    private func answer(
        _ image: ImageInspection?,
        named reference: Reference?,
        _ module: ModuleInspection?,
        at path: FilePath,
        _ context: CommandContext
    ) async throws {
        let warnings = consumers.compactMap(\.warning).withoutDuplicates
        for warning in warnings { context.record(.warning(warning)) }
        let check = try PluginCheck(
            image,
            named: reference,
            module: module,
            for: ConsumerChoice.consumers(of: consumers),
            limit: maxSize
        )
        let verdicts = module == nil ? [] : try await verdicts(on: path, context)
        let report = CheckReport(
            check,
            envoys: verdicts,
            target: targetName,
            named: reference,
            isStrict: strict,
            warnings: warnings,
            completing: context.hints
        )
        if verdicts.isEmpty, check.module != nil { context.record(.detail(CheckReport.limits)) }
        try context.print(report.document, orRows: report.rows)
        if report.isRejected { throw NegativeResult() }
    }
}
