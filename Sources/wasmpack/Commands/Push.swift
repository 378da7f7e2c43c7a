import ArgumentParser
import Diagnostics
import HostSystem
import OCI
import Packing
import Registry
import Storage
import SystemPackage

struct Push: ReportingCommand {
    static let configuration = CommandConfiguration(
        abstract: "Send an image to a registry.",
        discussion: """
            EXAMPLES
              wasmpack push ghcr.io/me/my-plugin:v1
              wasmpack push ghcr.io/me/my-plugin:v1 plugin.wasm
              ref=$(wasmpack push ghcr.io/me/my-plugin:v1)

            Without SOURCE, the image of that name in the layout is sent, or the only one there is. What the registry \
            has already is not sent again. The last line, on standard output, is the reference by digest.
            """
    )

    @Argument(help: "Where to: host/repository:tag, or host/repository@digest.")
    var reference: String

    @Argument(help: "What: a layout (dir, dir:tag), or a .wasm to be packed first.", completion: .file())
    var source: String?

    @OptionGroup(title: "LAYOUT") var layout: LayoutOptions
    @OptionGroup var registry: RegistryOptions
    @OptionGroup(title: "RESULT") var digestFile: DigestFileOption
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    func validate() throws {
        if source != nil, layout.layout != nil {
            throw ValidationError("SOURCE and --layout exclude each other.")
        }
    }

    func run() async throws {
        let environment = Environment.current
        let reporter = Reporter(output)
        try checkOrder()
        let target = try Reference(parsing: reference)
        try target.requireTag()
        do {
            try await push(to: target, environment, reporter)
        } catch let failure as Failure where target.registry.isDockerHub && !reference.contains("docker.io") {
            throw failure.trying("registry.example.com/\(reference): without a host, Docker Hub is meant")
        }
    }

    private func push(to target: Reference, _ environment: Environment, _ reporter: Reporter) async throws {
        switch try sourceTarget(environment) {
        case .module(let path):
            let folder = try TemporaryDirectory()
            let image = try await ImageBuilder(ImageOptions(), processorCount: Environment.processorCount)
                .build(PluginFile.locate(path), spoolingIn: folder.path)
            let packed = "\(ByteCount(image.module.size)), \(ByteCount(image.layer.descriptor.size)) gzip"
            reporter.record(.step("pack", "\(path)  \(packed)"))
            try await push(
                .only,
                from: image,
                called: path.string,
                to: target,
                folder.path,
                environment,
                reporter
            )
            withExtendedLifetime(folder) {}
        case .layout(let path, let name):
            let layout = try ImageLayout(opening: path)
            let root = try await layout.resolve(name ?? .reference(target))
            try await layout.prove(root)
            try await push(
                .digest(root.digest),
                from: layout,
                called: path.string,
                to: target,
                layout.spoolDirectory,
                environment,
                reporter
            )
        case .archive(let path, let name):
            let folder = try TemporaryDirectory()
            let archive = try ImageArchive(opening: path, unpackingIn: folder.path)
            let root = try await archive.resolve(name ?? .reference(target))
            try await archive.prove(root)
            try await push(
                .digest(root.digest),
                from: archive,
                called: path.string,
                to: target,
                folder.path,
                environment,
                reporter
            )
            withExtendedLifetime(folder) {}
        case .reference(let other):
            throw Failure(
                .usage,
                "\(other) is not a local image",
                why: "SOURCE is a layout or a .wasm",
                try: ["wasmpack pull \(other) --layout plugin-oci, then push"]
            )
        }
    }

    private func push(
        _ name: RefName,
        from source: some ContentSource,
        called sourceName: String,
        to reference: Reference,
        _ spoolDirectory: FilePath,
        _ environment: Environment,
        _ reporter: Reporter
    ) async throws {
        let digestFile = try digestFile.open(apartFrom: [FilePath(sourceName)])
        let repository = try registry.repository(
            of: reference,
            for: .push,
            spoolingIn: spoolDirectory,
            environment: environment,
            reporter: reporter
        )
        reporter.record(.step("push", "\(sourceName) to \(reference)"))
        let report = try await copy(
            name,
            from: source,
            to: repository,
            as: .reference(reference),
            events: reporter
        )
        reporter.record(.step("pushed", Self.summary(report, reference)))
        if let previous = report.previous, previous.digest != report.root.digest {
            reporter.record(
                .note(
                    "the tag was moved: proxies with imagePullPolicy IfNotPresent keep what they have; pin the digest"
                )
            )
        }
        try await print(report, reference, repository)
        try digestFile?.finish(with: report.root.digest)
    }

    private static func summary(_ report: CopyReport, _ reference: Reference) -> String {
        let sent = report.parts.filter { $0.status == .copied }
        let size = sent.reduce(0) { $0 &+ $1.descriptor.size }
        let name = reference.tag?.description ?? report.root.digest.short
        let before =
            switch report.previous?.digest {
            case nil: "new"
            case report.root.digest: "as it was"
            case let other?: "was \(other.short), replaced"
            }
        return "\(name) (\(before))  \(ByteCount(size)) sent, \(report.parts.count - sent.count) reused"
    }

    private func print(_ report: CopyReport, _ reference: Reference, _ repository: RemoteRepository)
        async throws
    {
        let pinned = reference.pinned(to: report.root.digest)
        guard output.json else { return try Terminal.standardOutput("\(pinned)\n") }
        struct Document: Encodable {
            let schema = "wasmpack.push/v1"
            let ok = true
            let reference: String
            let registry: String
            let repository: String
            let tags: [String]
            let previousDigest: Nullable<String>
            let digest: String
            let mediaType: String
            let size: Int
            let parts: [PartDocument]
            let auth: Nullable<AuthDocument>
        }
        struct AuthDocument: Encodable {
            let source: String
            let username: Nullable<String>
        }
        let credential = await repository.credential()
        try JSONReport.print(
            Document(
                reference: pinned.description,
                registry: reference.registry.description,
                repository: reference.repository.description,
                tags: reference.tag.map { [$0.description] } ?? [],
                previousDigest: Nullable(report.previous?.digest.description),
                digest: report.root.digest.description,
                mediaType: report.root.mediaType.description,
                size: report.root.size,
                parts: report.parts.map {
                    PartDocument(
                        $0.descriptor,
                        status: $0.status == .copied ? "uploaded" : $0.status.rawValue
                    )
                },
                auth: Nullable(
                    credential.map { AuthDocument(source: $0.source, username: Nullable($0.username)) }
                )
            )
        )
    }

    private func sourceTarget(_ environment: Environment) throws(Failure) -> Target {
        guard let source else { return .layout(try layout.path(environment), nil) }
        switch try Target.existing(source) {
        case .layout(let path, nil)? where !ImageLayout.exists(at: path):
            // A folder with a plugin.wasm is as good here as for build.
            return .module(try PluginFile.locate(path))
        case let local?: return local
        case nil where Target.namesHost(source): return try Target(parsing: source)
        case nil: return .module(try PluginFile.locate(FilePath(source)))
        }
    }

    /// Reference first, local path second; who has it the other way round is told so.
    private func checkOrder() throws(Failure) {
        guard let source, Target.isPath(reference) || (try? Target.existing(reference)) != nil,
            (try? Target.existing(source)) == nil, let swapped = try? Reference(parsing: source)
        else { return }
        throw Failure(
            .argumentsSwapped,
            "the arguments are the wrong way round",
            why: "the reference comes first, the local path second",
            try: ["wasmpack push \(swapped) \(reference)"]
        )
    }
}
