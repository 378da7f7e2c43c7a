import Archive
import ArgumentParser
import CCommit
import HTTPTransport

/// The version of the program, and its names in requests and traces.
enum Program {
    static let version = "0.1.0"

    /// The commit that it was built from, with `-modified` if files differed; `nil` unless `make release` built it.
    static var commit: String? { wasmpack_commit().map { String(cString: $0) } }

    /// The system and the architecture, in OCI's names.
    static let platform = "\(system)/\(architecture)"

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
    /// The group of commands that the list of commands names below the others.
    static let unlistedGroup = "More"

    static let configuration = CommandConfiguration(
        commandName: "wasmpack",
        abstract: "Package Envoy Wasm plugins as OCI images; push, pull and check them.",
        version: "wasmpack \(Program.version) (zlib \(zlibVersion))",
        groupedSubcommands: [
            CommandGroup(name: "Make", subcommands: [Build.self, Check.self]),
            CommandGroup(
                name: "Move",
                subcommands: [
                    Push.self, Pull.self, Copy.self, TagImage.self, Tags.self, Delete.self, Login.self,
                    Logout.self,
                ]
            ),
            CommandGroup(
                name: "Look",
                subcommands: [Inspect.self, List.self, PrintDigest.self, Verify.self]
            ),
            CommandGroup(name: "Deploy", subcommands: [Generate.self, Lint.self]),
            CommandGroup(name: "Try", subcommands: [RunPlugin.self, TestPlugin.self, Serve.self]),
            CommandGroup(
                name: unlistedGroup,
                subcommands: [Doctor.self, ListEnvoys.self, Version.self, Completion.self]
            ),
        ]
    )
}
