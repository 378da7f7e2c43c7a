import ArgumentParser
import Diagnostics
import SystemPackage

/// The OCI image layout to use.
struct LayoutOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Layout (default: $WASMPACK_LAYOUT or plugin-oci)",
            valueName: "dir"
        ),
        completion: .directory
    )
    var layout: String?

    /// Returns the layout named, or that of `$WASMPACK_LAYOUT`, or `plugin-oci`.
    func path(_ environment: Environment) throws(Failure) -> FilePath {
        guard layout != "" else {
            throw Failure(.usage, "--layout is empty", try: ["use --layout plugin-oci"])
        }
        return layout.map { FilePath($0) } ?? Self.usual(environment)
    }

    /// Returns the layout of `$WASMPACK_LAYOUT`, or `plugin-oci`.
    static func usual(_ environment: Environment) -> FilePath {
        environment.path("WASMPACK_LAYOUT") ?? "plugin-oci"
    }
}
