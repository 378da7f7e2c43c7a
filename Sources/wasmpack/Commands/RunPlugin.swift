import ArgumentParser
import Diagnostics
import EnvoyRunner
import HostSystem
import PluginTesting
import SystemPackage

struct RunPlugin: RegistryCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a plugin in a real Envoy",
        discussion: """
            EXAMPLES
              wasmpack run plugin.wasm
              wasmpack run plugin.wasm --request "GET /status/418" --header "allow: true" --compare
              wasmpack run plugin.wasm --watch
              wasmpack run ghcr.io/me/my-plugin:v1 --plugin-config @config.json --upstream localhost:8080
              wasmpack run plugin.wasm --print-bootstrap > envoy.json

            Prints the URL, then the plugin's log, until Ctrl-C. With --request, sends one request and ends.

            The server behind the plugin describes each request as JSON, unless --upstream or --respond is used. The URL is on
            a loopback address; with --request, no port is opened. Nothing remains afterwards.

            With --watch, each new build of the .wasm serves as soon as it is complete, without a restart. A build that Envoy
            would reject is explained, and the one before still serves. If that is the first build, run waits for the next one.

            With --type network, the plugin gets the bytes of connections, and passes them to the server behind it. That server
            speaks HTTP too, so --request works: its request and response pass the plugin as bytes.
            """
    )

    @Argument(
        help: "A .wasm file, a layout (DIR, DIR:TAG), an archive or a reference",
        completion: .file(extensions: ["wasm", "tar"])
    )
    var target: String

    @Option(help: ArgumentHelp("Loopback address and port; port 0 chooses one", valueName: "address"))
    var listen = "127.0.0.1:0"

    @Option(help: ArgumentHelp("Send the requests to this server", valueName: "host:port"))
    var upstream: String?

    @Option(
        help: ArgumentHelp("Answer behind the plugin with this status and text", valueName: "status[:body]")
    )
    var respond: String?

    @Option(help: ArgumentHelp("Use the Envoy at PATH", valueName: "path"), completion: .file())
    var envoy: String?

    @Flag(help: "Serve each new build of the .wasm, without a restart")
    var watch = false

    @Flag(help: "Print the configuration of Envoy (JSON), and end")
    var printBootstrap = false

    @OptionGroup(title: "PLUGIN") var plugin: RunPluginOptions
    @OptionGroup(title: "REQUEST") var request: RunRequestOptions
    @OptionGroup(title: "CONNECTION") var connection: ConnectionOptions
    @OptionGroup(title: "CREDENTIALS") var credentials: CredentialOptions
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    var references: [String] { [target] }

    /// How long a single request may take.
    private static let requestLimit = Duration.seconds(30)

    func validate() throws {
        if upstream != nil, respond != nil {
            throw ValidationError("--upstream and --respond cannot be used together.")
        }
        if envoy == "" { throw ValidationError("--envoy is empty.") }
        if watch, request.request != nil {
            throw ValidationError("--watch and --request cannot be used together.")
        }
        if printBootstrap, watch || request.request != nil || output.json {
            let other = watch ? "--watch" : output.json ? "--json" : "--request"
            throw ValidationError("--print-bootstrap and \(other) cannot be used together.")
        }
    }

    func run(_ context: CommandContext) async throws {
        let request = try request.proxyRequest()
        let settings = try plugin.settings(context.environment)
        let address = try listenAddress()
        let cluster = try upstreamCluster()
        let fixed = try fixedResponse()
        if printBootstrap { return try await writeBootstrap(settings, address, cluster, context) }
        let watched = watch ? try watchedPath() : nil
        let search = EnvoySearch(context.environment)
        guard let found = try await search.chosen(by: [envoy].compactMap(\.self), versions: []).first else {
            throw EnvoySearch.missing
        }
        let folder = try TemporaryDirectory(forSocketsOf: RunningEnvoy.socketNameLength)
        defer { withExtendedLifetime(folder) {} }
        let builds = try watched.map { path throws(Failure) in
            try PluginBuilds(of: path, for: found, in: folder.path)
        }
        let module =
            if let builds {
                builds.path
            } else {
                try await PluginModules(in: folder.path, registry, context).module(of: target).path
            }
        let work = RunWork(
            target: target,
            envoy: found,
            module: module.string,
            settings: settings,
            chain: plugin.chain,
            folder: folder.path,
            context: context
        )
        let socket = folder.path.appending("upstream").string
        let echo = cluster == nil ? try await EchoUpstream(responding: fixed).start(on: socket) : nil
        defer { echo?.cancel() }
        let upstream = cluster ?? .socket(socket)
        if let request {
            try await work.send(
                request,
                compares: self.request.compare,
                to: upstream,
                within: Self.requestLimit
            )
        } else {
            try await work.serve(at: address, upstream, following: builds)
        }
    }

    /// The path of the module that `--watch` follows.
    private func watchedPath() throws(Failure) -> FilePath {
        if case .module(let path) = try Target(parsing: target) { return path }
        throw Failure(
            .usage,
            "--watch needs a .wasm file, not \(target.truncated(to: 80))",
            why: "an image does not change",
            try: ["wasmpack run plugin.wasm --watch"]
        )
    }

    private func listenAddress() throws(Failure) -> ListenAddress {
        let address = try ListenAddress(parsing: listen)
        guard address.isLoopback else {
            throw Failure(
                .usage,
                "--listen \(listen.truncated(to: 80)) is not a loopback address",
                why: "other machines could send requests to the plugin",
                try: ["--listen 127.0.0.1:\(address.port)"]
            )
        }
        return address
    }

    private func upstreamCluster() throws(Failure) -> UpstreamCluster? {
        guard let upstream else { return nil }
        guard let colon = upstream.lastIndex(of: ":"),
            let port = Int(upstream[upstream.index(after: colon)...]),
            (1...65535).contains(port), colon > upstream.startIndex, !upstream.contains("/")
        else {
            throw Failure(
                .usage,
                "--upstream \"\(upstream.truncated(to: 60))\" is not HOST:PORT",
                try: ["--upstream localhost:8080"]
            )
        }
        var host = String(upstream[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        return .network(host: host, port: port)
    }

    private func fixedResponse() throws(Failure) -> EchoUpstream.Fixed? {
        guard let respond else { return nil }
        let digits = respond.prefix { $0 != ":" }
        guard digits.utf8.count == 3, let status = Int(digits), (200...599).contains(status) else {
            throw Failure(
                .usage,
                "--respond \"\(respond.truncated(to: 60))\" is not STATUS[:BODY]",
                why: "the status is a number from 200 to 599",
                try: ["--respond 200:hello"]
            )
        }
        let body = Array(respond.dropFirst(4).utf8)
        guard body.isEmpty || !status.forbidsBody else {
            throw Failure(
                .usage,
                "--respond \"\(respond.truncated(to: 60))\" has a body",
                why: "a response with the status \(status) has none",
                try: ["--respond \(status)"]
            )
        }
        return EchoUpstream.Fixed(status: status, body: body)
    }
}
