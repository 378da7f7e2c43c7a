import ArgumentParser
import Diagnostics
import HTTPServer
import HostSystem
import OCI
import RegistryServer
import SystemPackage

struct Serve: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run an OCI registry on this machine",
        discussion: """
            EXAMPLES
              wasmpack serve
              wasmpack serve --listen 127.0.0.1:0 --dir registry
              wasmpack serve --layout plugin-oci --read-only

            For development and tests: any OCI client can push and pull. Ctrl-C stops it.

            Without --dir and --layout, the images are in a temporary directory, which is removed at the end.

            Prints the registry's address when it is ready, for use in references.
            """
    )

    @Option(help: ArgumentHelp("Loopback address and port; port 0 chooses one", valueName: "address"))
    var listen = "127.0.0.1:5000"

    @Option(
        help: ArgumentHelp("Keep the images here, one layout per repository", valueName: "dir"),
        completion: .directory
    )
    var dir: String?

    @Option(
        help: ArgumentHelp("Serve the images of one layout under their names", valueName: "dir"),
        completion: .directory
    )
    var layout: String?

    @Option(
        help: ArgumentHelp(
            "With --layout: repository of unnamed images",
            valueName: "repository"
        )
    )
    var repository: String?

    @Flag(help: "Reject everything except reading")
    var readOnly = false

    @Option(help: ArgumentHelp("Reject larger blobs (default: 8GiB)", valueName: "size"))
    var maxSize: String?

    @OptionGroup(title: "ACCESS") var access: ServeAccessOptions
    @OptionGroup(title: "FAULTS") var faults: ServeFaultOptions
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    func validate() throws {
        if dir != nil, layout != nil { throw ValidationError("--dir and --layout cannot be used together.") }
        if repository != nil, layout == nil { throw ValidationError("--repository needs --layout.") }
    }

    func run(_ context: CommandContext) async throws {
        let address = try ListenAddress(parsing: listen)
        guard address.isLoopback else {
            throw Failure(
                .usage,
                "--listen \(listen.truncated(to: 80)) is not a loopback address",
                why: "other machines could read and change the images",
                try: ["--listen 127.0.0.1:\(address.port)"]
            )
        }
        var options = RegistryServer.Options()
        options.isReadOnly = readOnly
        if let maxSize { options.sizeLimit = try Quantity.bytes(maxSize, option: "--max-size") }
        try faults.add(to: &options)
        let temporary = LazyTemporaryDirectory()
        let content = try content(temporary)
        options.access = try await access.access(scheme: "http")
        let store = try await RepositoryStore(content)
        let server = try await HTTPServer(listeningOn: address.host, port: address.port)
        let name = ListenAddress.written(address.host, server.port)
        let registry = RegistryServer(
            store,
            options,
            host: try RegistryName(parsing: name),
            events: context.reporter
        )
        let notes = await startNotes(name)
        try announce(name, content, notes, context)
        // The progress of hashing each manifest is not interesting.
        try await Work.$sink.withValue(nil) {
            try await server.run { await registry.respond(to: $0, $1) }
        }
        await store.close()
        withExtendedLifetime(temporary) {}
    }

    private func content(_ temporary: LazyTemporaryDirectory) throws(Failure) -> RepositoryStore.Content {
        guard let path = dir ?? layout else { return .tree(try temporary.path()) }
        guard !path.isEmpty else {
            throw Failure(
                .usage,
                "\(dir == nil ? "--layout" : "--dir") is empty",
                try: ["use --dir registry"]
            )
        }
        if layout == nil {
            guard [nil, .directory].contains(Directory.type(of: FilePath(path))) else {
                throw Failure(.fileUnwritable, "\(path) is not a directory", try: ["use --dir registry"])
            }
            return .tree(FilePath(path))
        }
        let name: RepositoryName? =
            if let repository { try RepositoryName(parsing: repository) } else { nil }
        return .layout(FilePath(path), unnamed: name)
    }

    private func announce(
        _ name: String,
        _ content: RepositoryStore.Content,
        _ notes: [String],
        _ context: CommandContext
    ) throws(Failure) {
        let isTemporary = dir == nil && layout == nil
        let place = isTemporary ? "a temporary directory" : content.path.string
        context.record(.step("serving", "\(place) at http://\(name)  (Ctrl-C stops)"))
        for note in notes { context.record(.note(note)) }
        try context.print(
            ServeDocument(
                url: "http://\(name)",
                registry: name,
                directory: Nullable(dir),
                layout: Nullable(layout),
                readOnly: readOnly
            ),
            orText: name + "\n"
        )
    }
}

/// The ready line of `serve --json`.
private struct ServeDocument: Encodable {
    let schema = "wasmpack.serve/v1"
    let ok = true
    let url: String
    let registry: String
    let directory: Nullable<String>
    let layout: Nullable<String>
    let readOnly: Bool
}
