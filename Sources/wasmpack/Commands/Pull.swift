import ArgumentParser
import Diagnostics
import HostSystem
import OCI
import Packing
import Registry
import Storage
import SystemPackage

struct Pull: RegistryCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fetch an image from a registry, verified, and take its plugin.wasm out.",
        discussion: """
            EXAMPLES
              wasmpack pull ghcr.io/me/my-plugin:v1
              wasmpack pull ghcr.io/me/my-plugin@sha256:… -o build/plugin.wasm
              wasmpack pull ghcr.io/me/my-plugin:v1 -o - | wasm-objdump -h /dev/stdin
              wasmpack pull ghcr.io/me/my-plugin:v1 --layout plugin-oci

            A file appears only after every digest and size is proven.
            """
    )

    @Argument(help: "What: host/repository:tag or host/repository@digest.")
    var reference: String

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp(
            "Where the module goes; - is standard output (default: plugin.wasm).",
            valueName: "file"
        ),
        completion: .file(extensions: ["wasm"])
    )
    var file: String?

    @Flag(help: "Replace a file that has other content.")
    var force = false

    @Option(
        help: ArgumentHelp("Keep the whole image in this OCI layout instead.", valueName: "dir"),
        completion: .directory
    )
    var layout: String?

    @OptionGroup var registry: RegistryOptions
    @OptionGroup(title: "RESULT") var digestFile: DigestFileOption
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    func validate() throws {
        if layout != nil, file != nil { throw ValidationError("--output and --layout exclude each other.") }
        if layout == "" || file == "" { throw ValidationError("the name of the output is empty.") }
        if file == "-", output.json {
            throw ValidationError("--output - and --json both want standard output.")
        }
    }

    func run() async throws {
        let environment = Environment.current
        let reporter = Reporter(output)
        let target = try Reference(parsing: reference).reading(reporter)
        if let layout {
            try await pull(target, intoLayout: FilePath(layout), environment, reporter)
        } else {
            try await pull(target, toFile: file ?? PluginFile.name, environment, reporter)
        }
    }

    private func pull(
        _ target: Reference,
        intoLayout path: FilePath,
        _ environment: Environment,
        _ reporter: Reporter
    ) async throws {
        let digestFile = try digestFile.open(apartFrom: [])
        let spoolDirectory = ImageLayout.spoolDirectory(of: path)
        let repository = try repository(of: target, spoolingIn: spoolDirectory, environment, reporter)
        // Only what is there is worth a layout.
        let root = try await repository.resolve(.reference(target))
        let layout = try ImageLayout(creating: path)
        let name = RefName.reference(target)
        let report = try await copy(
            .digest(root.digest),
            from: repository,
            to: layout,
            as: name,
            events: reporter
        )
        reporter.record(.step("wrote", layout.path.string))
        if root.mediaType == .dockerManifest {
            reporter.record(
                .warning("the image has Docker's media types; skopeo does not find such a one in a layout")
            )
        }
        try finish(report, target, module: nil, path: layout.path)
        try digestFile?.finish(with: root.digest)
    }

    private func pull(
        _ target: Reference,
        toFile name: String,
        _ environment: Environment,
        _ reporter: Reporter
    ) async throws {
        let folder = try TemporaryDirectory()
        let repository = try repository(of: target, spoolingIn: folder.path, environment, reporter)
        let file = try PulledFile(name, isForced: force)
        let digestFile = try digestFile.open(apartFrom: [FilePath(name)])
        let root = try await repository.resolve(.reference(target))
        // What has no plugin to take out is refused before its blobs are fetched.
        let image = try await PluginExtractor(repository).image(root)
        let store = InMemoryStore()
        let imageName = RefName.reference(target)
        let report = try await copy(
            .digest(root.digest),
            from: repository,
            to: store,
            as: imageName,
            events: reporter
        )
        let plugin = try await PluginExtractor(store).extract(image) { piece throws(Failure) in
            try file.write(piece)
        }
        for warning in plugin.warnings { reporter.record(.warning(warning)) }
        try file.warnIfNotLoadable(reporter)
        try file.finish(reporter)
        try finish(report, target, module: plugin.module, path: file.path)
        try digestFile?.finish(with: root.digest)
        withExtendedLifetime(folder) {}
    }

    private func repository(
        of reference: Reference,
        spoolingIn directory: FilePath,
        _ environment: Environment,
        _ reporter: Reporter
    ) throws(Failure) -> RemoteRepository {
        let repository = try registry.repository(
            of: reference,
            for: .pull,
            spoolingIn: directory,
            environment: environment,
            reporter: reporter
        )
        reporter.record(.step("pull", reference.description))
        return repository
    }

    private func finish(
        _ report: CopyReport,
        _ reference: Reference,
        module: ModuleIdentity?,
        path: FilePath?
    ) throws(Failure) {
        let pinned = reference.pinned(to: report.root.digest)
        guard output.json else {
            guard path != nil else { return Terminal.standardError("\(pinned)\n") }
            return try Terminal.standardOutput("\(pinned)\n")
        }
        struct Document: Encodable {
            let schema = "wasmpack.pull/v1"
            let ok = true
            let reference: String
            let digest: String
            let mediaType: String
            let size: Int
            let path: String
            let parts: [PartDocument]
            let module: Nullable<ModuleDocument>
        }
        try JSONReport.print(
            Document(
                reference: pinned.description,
                digest: report.root.digest.description,
                mediaType: report.root.mediaType.description,
                size: report.root.size,
                path: path?.string ?? "-",
                parts: report.parts.map {
                    PartDocument(
                        $0.descriptor,
                        status: $0.status == .copied ? "downloaded" : $0.status.rawValue
                    )
                },
                module: Nullable(module.map(ModuleDocument.init))
            )
        )
    }
}

extension Reference {
    /// What is meant when something is read: without a tag, `latest`, and a note says so.
    func reading(_ reporter: Reporter) -> Reference {
        if tag == nil, digest == nil {
            reporter.record(.note("no tag is given: latest is read"))
            return tagged(.latest)
        }
        if let tag, digest != nil { reporter.record(.note("the digest decides, the tag \(tag) does not")) }
        return self
    }
}
