import Archive
import ArgumentParser

/// The program's own name and version.
enum Program {
    static let version = "0.1.0"
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
        subcommands: [Build.self, Push.self, Pull.self, Inspect.self, Verify.self, Login.self, Logout.self]
    )
}
