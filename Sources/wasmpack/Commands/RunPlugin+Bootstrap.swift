import Diagnostics
import EnvoyRunner
import HostSystem
import SystemPackage

/// `run --print-bootstrap`.
extension RunPlugin {
    /// The socket of the built-in upstream in a printed configuration, where nothing listens.
    private static let upstreamSocket = "/tmp/wasmpack-upstream.sock"

    /// Prints the configuration of an Envoy that runs the plugin as `run` would, in one file.
    func writeBootstrap(
        _ settings: PluginSettings,
        _ address: ListenAddress,
        _ cluster: UpstreamCluster?,
        _ context: CommandContext
    ) async throws {
        let code: PluginListener.Plugin.Code
        if case .module(let path) = try Target(parsing: target) {
            guard let resolved: FilePath = Directory.resolved(path) else {
                throw Failure(reading: path, .noSuchFileOrDirectory)
            }
            code = .file(resolved.string)
        } else {
            // The file of an image's module is temporary.
            let folder = try TemporaryDirectory()
            defer { withExtendedLifetime(folder) {} }
            let module = try await PluginModules(in: folder.path, registry, context).module(of: target)
            code = .inline(try ReadableFile.contents(of: module.path, limit: module.size))
        }
        let host = address.host == "localhost" ? "127.0.0.1" : address.host
        let listener = PluginListener(
            "plugin",
            at: .network(host: host, port: address.port),
            PluginListener.Plugin(code, settings, in: plugin.chain)
        )
        if cluster == nil {
            context.record(
                .note("no server listens at \(Self.upstreamSocket), the upstream; --upstream names one")
            )
        }
        let bootstrap = StandaloneBootstrap(listener, cluster ?? .socket(Self.upstreamSocket))
        try Screen.main.print(bytes: try bootstrap.json() + [UInt8(ascii: "\n")])
    }
}
