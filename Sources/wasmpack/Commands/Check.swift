import ArgumentParser
import Diagnostics
import EnvoyRunner
import HostSystem
import OCI
import Packing
import Storage
import SystemPackage

struct Check: RegistryCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say beforehand whether proxies will take an image and load its module.",
        discussion: """
            EXAMPLES
              wasmpack check plugin.wasm
              wasmpack check ghcr.io/me/my-plugin:v1 --for istio --strict
              wasmpack check plugin-oci --envoy
              wasmpack check plugin.wasm --envoy=/opt/envoy/bin/envoy

            What a consumer would say is quoted in its own words. The exit status is 1 if one of them refuses. Function \
            bodies are not validated, and nothing is run, unless --envoy has a real Envoy load the module.
            """
    )

    @Argument(
        help: "A .wasm, a layout (dir, dir:tag, dir@digest), an archive (x.tar) or a reference.",
        completion: .file()
    )
    var target: String

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp(
            "Who has to take it: istio, envoy-gateway, higress, wkg or all (the proxies); may be repeated (default: all).",
            valueName: "consumer"
        )
    )
    var consumers: [ConsumerChoice] = []

    @Flag(help: "Warnings count as refusals.")
    var strict = false

    @Option(
        defaultAsFlag: EnvoyProgram.defaultName,
        // Else `--envoy=path --json` would lose the path.
        parsing: .next,
        help: ArgumentHelp(
            "Have a real Envoy load the module: the one of PATH, or --envoy=path.",
            valueName: "path"
        ),
        completion: .file()
    )
    var envoy: String?

    @Option(
        help: ArgumentHelp(
            "How much of an unpacked layer consumers read (default: 268435456, 256 MiB).",
            valueName: "bytes"
        )
    )
    var maxSize = PluginCheck.defaultLimit

    @OptionGroup var registry: RegistryOptions
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    func validate() throws {
        if maxSize < 1 { throw ValidationError("--max-size is a number of bytes, at least 1.") }
        if envoy == "" { throw ValidationError("--envoy is empty.") }
    }

    func run(_ context: CommandContext) async throws {
        try await registry.withImage(of: Target(parsing: target), context) { path in
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

    private func answer(
        _ image: ImageInspection?,
        named reference: Reference?,
        _ module: ModuleInspection?,
        at path: FilePath,
        _ context: CommandContext
    ) async throws {
        let check = PluginCheck(
            image,
            named: reference,
            module: module,
            for: ConsumerChoice.consumers(of: consumers),
            limit: maxSize
        )
        var verdict: EnvoyVerdict?
        if let envoy, module != nil { verdict = try await EnvoyProgram(envoy).verdict(on: path) }
        let report = CheckReport(check, envoy: verdict, target: target, isStrict: strict)
        try context.print(report.document, orText: report.text)
        if report.isRejected { throw NegativeResult() }
    }
}
