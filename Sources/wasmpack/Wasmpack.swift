import Archive
import ArgumentParser
import HTTPTransport

/// The program's own name and version.
enum Program {
    static let version = "0.1.0"

    /// What requests say about their sender (RFC 9110 §10.1.5), in the words that other registry clients use.
    static var userAgent: String {
        "wasmpack/\(version) (\(system); \(architecture)) \(LibraryVersions.curl)"
    }

    /// The same and what else a report of a problem needs: the first line of a trace.
    static var origin: String { "\(userAgent) \(LibraryVersions.tls)" }

    #if os(macOS)
        private static let system = "darwin"
    #else
        private static let system = "linux"
    #endif

    #if arch(x86_64)
        private static let architecture = "amd64"
    #elseif arch(arm64)
        private static let architecture = "arm64"
    #else
        private static let architecture = "unknown"
    #endif
}

struct Wasmpack: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wasmpack",
        abstract: "Pack an Envoy Wasm plugin into an OCI image, and move it to and from registries.",
        discussion: """
            EXAMPLES
              wasmpack build plugin.wasm -t registry.example.com/team/header-auth:v1
              wasmpack push registry.example.com/team/header-auth:v1
              wasmpack pull registry.example.com/team/header-auth:v1 -o plugin.wasm

            Needs no Docker daemon, no root and no configuration.
            """,
        version: "wasmpack \(Program.version) (zlib \(zlibVersion))",
        subcommands: [
            Build.self, Push.self, Pull.self, Copy.self, Check.self, Inspect.self, Verify.self, Tags.self,
            TagImage.self, Delete.self, Login.self, Logout.self,
        ]
    )
}
