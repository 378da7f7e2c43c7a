import ArgumentParser
import Diagnostics
import SystemPackage

/// Which image layout on disk is used.
struct LayoutOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The OCI image layout, a folder (default: $WASMPACK_LAYOUT, or ./plugin-oci).",
            valueName: "dir"
        ),
        completion: .directory
    )
    var layout: String?

    /// The layout named, else the one of the environment, else `plugin-oci`.
    func path(_ environment: Environment) throws(Failure) -> FilePath {
        guard layout != "" else { throw Failure(.usage, "--layout is empty", try: ["--layout plugin-oci"]) }
        return FilePath(layout ?? environment["WASMPACK_LAYOUT"] ?? "plugin-oci")
    }
}
