package import Diagnostics
import HostSystem
import Synchronization
package import SystemPackage

/// Loads a module in an Envoy to check it (`--mode validate`), without opening a port.
package struct ModuleValidation: Sendable {
    /// The output limit, in bytes, high because a plugin may log a lot during its start.
    private static let outputLimit = 64 * 1024 * 1024

    private let envoy: FoundEnvoy
    private let supervisor: FilePath
    private let timeLimit: Duration

    /// Describes a check.
    ///
    /// - Parameters:
    ///   - envoy: the Envoy.
    ///   - supervisor: the program that supervises it.
    ///   - timeLimit: the time limit for loading a module.
    package init(in envoy: FoundEnvoy, supervisor: FilePath, timeLimit: Duration = .seconds(60)) {
        self.envoy = envoy
        self.supervisor = supervisor
        self.timeLimit = timeLimit
    }

    /// Makes Envoy load and start a module.
    ///
    /// - Parameter module: the module's file.
    /// - Returns: the verdict, even if Envoy rejects the module or crashes.
    /// - Throws: ``Failure/Code/envoyMissing`` if Envoy cannot be run, ``Failure/Code/interrupted`` if the task is canceled,
    ///   and errors of writing the configuration.
    package func verdict(on module: FilePath) async throws(Failure) -> EnvoyVerdict {
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
        let output = Output()
        let process: SupervisedProcess
        do throws(ChildProcessError) {
            process = try SupervisedProcess(
                envoy.path,
                [
                    "--mode", "validate", "--config-path", configuration.string, "--concurrency", "1",
                    "--disable-hot-restart", "--log-level", "warning", "--log-format", "%n|%v",
                    "--log-format-escaped",
                ],
                supervisor: supervisor,
                removing: folder.path
            ) { stream, line in output.add(stream, line) }
        } catch {
            throw Failure(.envoyMissing, "\(envoy.path) cannot be run", why: "\(error)")
        }
        let end = ContinuousClock.now + timeLimit
        while process.ending == nil, !output.isFlooded, !Task.isCancelled, ContinuousClock.now < end {
            try? await Task.sleep(for: .milliseconds(2))
        }
        let ending = process.ending
        await process.end()
        try checkCancellation()
        let outcome: EnvoyVerdict.Outcome =
            if output.isFlooded {
                .flooding(after: Self.outputLimit)
            } else if let ending {
                Self.outcome(of: ending, output.errors)
            } else {
                .endless(after: timeLimit.components.seconds)
            }
        return EnvoyVerdict(version: envoy.version, outcome: outcome)
    }

    private static func outcome(of ending: ChildProcess.Ending, _ log: [UInt8]) -> EnvoyVerdict.Outcome {
        switch ending {
        case .exited(0): .loaded
        // A shell wrapper reports a killed Envoy with 128 plus the signal's number.
        case .exited(let status) where (129...192).contains(status): .killed(signal: status - 128)
        case .exited: .rejected(consumerMessage: EnvoyLog(log).reason)
        case .killed(let signal): .killed(signal: signal)
        }
    }

    /// What Envoy wrote, within the limit.
    private final class Output: Sendable {
        private let state = Mutex<(errors: [UInt8], size: Int)>(([], 0))

        func add(_ stream: SupervisedProcess.Stream, _ line: ArraySlice<UInt8>) {
            state.withLock { state in
                state.size += line.count + 1
                guard state.size <= ModuleValidation.outputLimit, stream == .errors else { return }
                state.errors += line
                state.errors.append(UInt8(ascii: "\n"))
            }
        }

        var isFlooded: Bool { state.withLock { $0.size > ModuleValidation.outputLimit } }
        var errors: [UInt8] { state.withLock { $0.errors } }
    }
}
