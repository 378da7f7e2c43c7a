import ArgumentParser

/// The options of the output.
struct OutputOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Print only the result and errors")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Report each step, the credentials used, and retries")
    var verbose = false

    @Flag(help: "Show every exchange with a registry, without secrets; implies --verbose")
    var debug = false

    @Flag(help: "Print one JSON document on standard output, even for errors")
    var json = false

    @Option(help: ArgumentHelp("When to use color: auto, always or never", valueName: "when"))
    var color = ColorChoice.auto

    @Flag(help: "Hide the progress bar")
    var noProgress = false

    @Flag(help: "In GitHub Actions, do not also write warnings and errors as annotations")
    var noAnnotations = false

    func validate() throws {
        if quiet && verbose { throw ValidationError("--quiet and --verbose cannot be used together.") }
        if quiet && debug { throw ValidationError("--quiet and --debug cannot be used together.") }
    }
}

/// A value of `--color`.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
    case auto
    case always
    case never
}
