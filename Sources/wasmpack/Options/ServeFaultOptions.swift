import ArgumentParser
import Diagnostics
import RegistryServer

/// Deliberate faults of the registry, for tests of clients.
struct ServeFaultOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Answer with an error: 'METHOD PATH STATUS [COUNT]', for example 'PUT /v2/*/manifests/* 503 2'",
            valueName: "rule"
        )
    )
    var fail: [String] = []

    @Option(help: ArgumentHelp("Limit each transfer, for example 1MB/s", valueName: "rate"))
    var slow: String?

    @Option(help: ArgumentHelp("Delay each response, for example 50ms", valueName: "time"))
    var delay: String?

    /// Whether there are no faults.
    var isEmpty: Bool { fail.isEmpty && slow == nil && delay == nil }

    /// Adds the faults to the options of a registry; throws ``Failure/Code/usage``.
    func add(to options: inout RegistryServer.Options) throws(Failure) {
        for rule in fail { options.faults.append(try Fault(parsing: rule)) }
        if let slow { options.pace = Pace(rate: try Quantity.bytesPerSecond(slow, option: "--slow")) }
        if let delay { options.delay = try Quantity.duration(delay, option: "--delay") }
    }
}
