import ArgumentParser

/// How much is said, and how.
struct OutputOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Print the result and errors only.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Say each step, which credentials are used, and what is tried again.")
    var verbose = false

    @Flag(help: "Show each exchange with a registry in full, secrets left out; implies --verbose.")
    var debug = false

    @Flag(help: "Print one JSON document on standard output, also for errors.")
    var json = false

    @Option(help: ArgumentHelp("When to use colour: auto, always or never.", valueName: "when"))
    var color = ColorChoice.auto

    @Flag(help: "Show no moving progress on a terminal.")
    var noProgress = false

    func validate() throws {
        if quiet && verbose { throw ValidationError("--quiet and --verbose exclude each other.") }
        if quiet && debug { throw ValidationError("--quiet and --debug exclude each other.") }
    }
}

/// When colour is used.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
    case auto
    case always
    case never
}
