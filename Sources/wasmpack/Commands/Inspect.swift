import ArgumentParser
import Diagnostics
import HostSystem
import OCI
import Packing
import Registry
import Storage
import SystemPackage

struct Inspect: TargetCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show details of an image or a module",
        discussion: """
            EXAMPLES
              wasmpack inspect plugin-oci
              wasmpack inspect ghcr.io/me/my-plugin:v1 --json
              wasmpack inspect ghcr.io/me/my-plugin:v1 --raw manifest
              wasmpack inspect plugin.wasm
            """
    )

    /// A document of an image that can be printed byte for byte.
    enum Raw: String, ExpressibleByArgument, CaseIterable {
        case manifest
        case config
    }

    @Argument(
        help: "A .wasm file, layout (DIR, DIR:TAG), archive or reference (default: plugin-oci)",
        completion: .file(extensions: ["wasm", "tar"])
    )
    var target: String?

    @Option(
        help: ArgumentHelp(
            "Print one document byte for byte: manifest or config",
            valueName: "document"
        )
    )
    var raw: Raw?

    @Flag(help: "Show the module of an image in a registry even if its layers have more than 32 MiB")
    var module = false

    /// The largest size of the layers of an image in a registry that are fetched to show the module, in bytes.
    private static let fetchLimit = 32 * 1024 * 1024

    @OptionGroup(title: "CONNECTION") var connection: ConnectionOptions
    @OptionGroup(title: "CREDENTIALS") var credentials: CredentialOptions
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    func validate() throws {
        if raw != nil, output.json { throw ValidationError("--raw and --json cannot be used together.") }
    }

    func run(_ context: CommandContext) async throws {
        try await registry.withImage(of: parsedTarget(), context) { path in
            guard raw == nil else {
                throw Failure(.usage, "--raw shows a document of an image, but \(path) is a module")
            }
            let module = try ModuleInspection(of: path.string, in: ReadableFile(opening: path))
            if case .failure(let failure) = module.module, !module.isComponent { throw failure }
            let report = ModuleReport(module)
            try context.print(report.document(called: path.string), orRows: report.rows(called: path.string))
        } image: { found in
            try await inspect(
                found.root,
                in: found.source,
                called: found.name ?? targetName,
                found.reference,
                context
            )
        }
    }

    private func inspect(
        _ root: Descriptor,
        in source: some ContentSource,
        called name: String,
        _ reference: Reference?,
        _ context: CommandContext
    ) async throws {
        switch raw {
        case .manifest?:
            try await Screen.main.print(bytes: source.fetch(root).bytes(limit: Manifest.sizeLimit))
        case .config?:
            let choice = try await ImageChoice(of: root, in: source)
            if let note = choice.note { context.record(.note(note)) }
            let config = choice.manifest.config
            try await Screen.main.print(bytes: source.fetch(config).bytes(limit: ImageConfig.sizeLimit))
        case nil:
            let limit = reference == nil || module ? nil : Self.fetchLimit
            try await InspectedImage.with(root, in: source, layerLimit: limit) { image in
                if let note = image.inspection.choice.note { context.record(.note(note)) }
                let report = InspectionReport(
                    image.inspection,
                    image.module,
                    name: name,
                    reference: reference
                )
                try context.print(report.document, orRows: report.rows)
            }
        }
    }
}
