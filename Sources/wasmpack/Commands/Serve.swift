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

            Without --dir and --layout, the images are in a temporary directory, which is removed at the end. All together have
            at most the size of --max-size.

            Prints the registry's address when it is ready, for use in references.
            """
    )

    @Option(help: ArgumentHelp("IP address and port", valueName: "address"))
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
    @OptionGroup(title: "CERTIFICATE") var tls: ServeTLSOptions
    @OptionGroup(title: "FAULTS") var faults: ServeFaultOptions
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    func validate() throws {
        if dir != nil, layout != nil { throw ValidationError("--dir and --layout cannot be used together.") }
        if repository != nil, layout == nil { throw ValidationError("--repository needs --layout.") }
    }

    func run(_ context: CommandContext) async throws {
        let address = try ListenAddress(parsing: listen)
        try check(address)
        var options = RegistryServer.Options()
        options.isReadOnly = readOnly
        options.isEncrypted = tls.isUsed
        if let maxSize { options.sizeLimit = try Quantity.bytes(maxSize, option: "--max-size") }
        try faults.add(to: &options)
        let temporary = LazyTemporaryDirectory()
        let identity = try tls.identity(for: address)
        options.access = try await access.access(scheme: tls.scheme)
        let isTemporary = dir == nil && layout == nil
        let store = try await RepositoryStore(
            content(temporary),
            isReadOnly: readOnly && !isTemporary,
            limit: isTemporary ? options.sizeLimit : nil
        )
        do {
            let server = try await HTTPServer(
                listeningOn: address.host,
                port: address.port,
                tls: identity?.server
            )
            let name = try RegistryName(parsing: ListenAddress.written(address.host, server.port))
            let registry = RegistryServer(store, options, host: name, events: context.reporter)
            let notes = await startNotes(name.description, trusting: identity?.authorityFile)
            try announce(name, store.content, identity, notes, context)
            // The progress of hashing each manifest is not interesting.
            try await Work.$sink.withValue(nil) {
                try await server.run { await registry.respond(to: $0, $1) }
            }
        } catch {
            await store.abandon()
            throw error
        }
        await store.close()
        withExtendedLifetime((temporary, identity)) {}
    }

    /// Throws ``Failure/Code/usage`` for an address that other machines reach, unless they need an account and TLS.
    private func check(_ address: ListenAddress) throws(Failure) {
        guard !address.isLoopback, !tls.isUsed || !access.requiresAccount else { return }
        throw Failure(
            .usage,
            "--listen \(listen.truncated(to: 80)) is not a loopback address",
            why: "other machines could read and change the images: that needs an account and TLS",
            try: [
                "--listen 127.0.0.1:\(address.port)",
                "--tls self-signed --htpasswd FILE, or -u NAME --password-stdin",
            ]
        )
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
        _ name: RegistryName,
        _ content: RepositoryStore.Content,
        _ identity: ServeTLSOptions.Identity?,
        _ notes: [String],
        _ context: CommandContext
    ) throws(Failure) {
        let isTemporary = dir == nil && layout == nil
        let place = isTemporary ? "a temporary directory" : content.path.string
        let url = "\(tls.scheme)://\(name)"
        context.record(.step("serving", "\(place) at \(url)  (Ctrl-C stops)"))
        for note in notes { context.record(.note(note)) }
        try context.print(
            ServeDocument(
                url: url,
                registry: name.description,
                directory: Nullable(dir),
                layout: Nullable(layout),
                caFile: Nullable(identity?.authorityFile?.string),
                readOnly: readOnly
            ),
            orText: "\(name)\n"
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
    let caFile: Nullable<String>
    let readOnly: Bool
}
