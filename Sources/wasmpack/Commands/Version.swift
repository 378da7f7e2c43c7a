import Archive
import ArgumentParser
import Diagnostics
import HTTPTransport

struct Version: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Show the version",
        discussion: """
            EXAMPLES
              wasmpack version
              wasmpack version --json

            zlib's version is shown because the bytes of a layer depend on it.
            """
    )

    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    func run(_ context: CommandContext) async throws {
        struct Document: Encodable {
            let schema = "wasmpack.version/v1"
            let ok = true
            let version: String
            let zlib: String
            let curl: String
            let tls: String
        }
        try context.print(
            Document(
                version: Program.version,
                zlib: zlibVersion,
                curl: LibraryVersions.curl,
                tls: LibraryVersions.tls
            ),
            orText: Wasmpack.configuration.version + "\n"
        )
    }
}
