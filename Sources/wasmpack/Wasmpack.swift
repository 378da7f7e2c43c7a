import Archive
import ArgumentParser
import HTTPTransport

/// The version of the program, and its names in requests and traces.
enum Program {
    static let version = "0.1.0"

    /// The `User-Agent` field of requests (RFC 9110 §10.1.5), in the form that other registry clients use.
    static var userAgent: String {
        "wasmpack/\(version) (\(system); \(architecture)) \(LibraryVersions.curl)"
    }

    /// The user agent and the TLS library: the first line of a trace.
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
        abstract: "Package Envoy Wasm plugins as OCI images; push, pull and check them.",
        discussion: """
            EXAMPLES
              wasmpack build plugin.wasm -t registry.example.com/team/header-auth:v1
              wasmpack push registry.example.com/team/header-auth:v1
              wasmpack pull registry.example.com/team/header-auth:v1 -o plugin.wasm

            Needs no Docker daemon, root or configuration.
            """,
        version: "wasmpack \(Program.version) (zlib \(zlibVersion))",
        subcommands: [
            Build.self, Push.self, Pull.self, Copy.self, Check.self, Inspect.self, Verify.self, Tags.self,
            TagImage.self, Delete.self, Login.self, Logout.self, Generate.self,
        ]
    )
}
