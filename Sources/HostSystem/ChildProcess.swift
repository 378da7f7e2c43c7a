import Subprocess
import SystemPackage

/// Another program, run to its end with what it is to read, and what it wrote.
///
/// No shell is between: the program is looked for by name in the absolute folders of `PATH`, unless a path names it, and
/// gets its arguments as they are. It runs in a session of its own, with every signal at its default; when its time is up or the task is
/// cancelled, it is killed together with the processes it has started there.
package struct ChildProcess: Sendable {
    /// How a program ended.
    package enum Ending: Sendable, Equatable {
        /// By itself, with this status.
        case exited(Int32)
        /// By this signal.
        case killed(Int32)
    }

    /// What a program did.
    package struct Outcome: Sendable {
        /// How it ended.
        package let ending: Ending
        /// What it wrote to its standard output.
        package let output: [UInt8]
        /// What it wrote to its standard error.
        package let errors: [UInt8]
    }

    private let name: String
    private let arguments: [String]
    private let environment: [String: String?]
    private let outputLimit: Int
    private let timeLimit: Duration

    /// Describes what is to be run.
    ///
    /// - Parameters:
    ///   - name: the program's name; with a `/` in it, its path.
    ///   - arguments: what follows the name.
    ///   - environment: what differs from this process's environment; `nil` takes a variable away. `PATH` in it is where
    ///     the program is looked for.
    ///   - outputLimit: how much it may write to its standard output, and how much to its standard error, in bytes.
    ///   - timeLimit: how long it may take.
    package init(
        _ name: String,
        _ arguments: [String],
        environment: [String: String?],
        outputLimit: Int,
        timeLimit: Duration
    ) {
        self.name = name
        self.arguments = arguments
        self.environment = environment
        self.outputLimit = outputLimit
        self.timeLimit = timeLimit
    }

    /// Whether there is such a program.
    package var isOnPath: Bool {
        get async {
            (try? await executable.resolveExecutablePath(in: changedEnvironment)) != nil
        }
    }

    private var executable: Executable { name.contains("/") ? .path(FilePath(name)) : .name(name) }

    private var changedEnvironment: Environment {
        var changes: [Environment.Key: String?] = [:]
        for (key, value) in environment {
            if let key = Environment.Key(rawValue: key) { changes[key] = .some(value) }
        }
        return .inherit.updating(changes)
    }

    /// Runs the program to its end; one that does not read its input is fine.
    package func run(input: [UInt8] = []) async throws(ChildProcessError) -> Outcome {
        guard !Task.isCancelled else { throw .interrupted }
        // A program that ends before it has read everything must not end this one.
        Interruption.ignoreClosedPipes()
        let result = await withTaskGroup(of: Result<Outcome, ChildProcessError>?.self) { group in
            group.addTask { await attempt(input) }
            group.addTask {
                try? await Task.sleep(for: timeLimit)
                return nil
            }
            let first = await group.next()
            // Whichever is still there: the clock, or a program that this kills.
            group.cancelAll()
            await group.waitForAll()
            return first ?? nil
        }
        guard !Task.isCancelled else { throw .interrupted }
        guard let result else { throw .timedOut(after: timeLimit) }
        return try result.get()
    }

    private func attempt(_ input: [UInt8]) async -> Result<Outcome, ChildProcessError> {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [
            .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .zero)
        ]
        do {
            let result = try await Subprocess.run(
                executable,
                arguments: Arguments(arguments),
                environment: changedEnvironment,
                platformOptions: options,
                input: .inputWriter,
                output: .bytes(limit: outputLimit),
                error: .bytes(limit: outputLimit)
            ) { execution in
                do {
                    _ = try await execution.standardInputWriter.write(input)
                    try await execution.standardInputWriter.finish()
                } catch let error as SubprocessError where error.underlyingError == .brokenPipe {
                    // It did not want to know.
                }
            }
            let ending: Ending =
                switch result.terminationStatus {
                case .exited(let status): .exited(status)
                case .signaled(let signal): .killed(signal)
                }
            return .success(
                Outcome(ending: ending, output: result.standardOutput, errors: result.standardError)
            )
        } catch let error as SubprocessError {
            return .failure(ChildProcessError(error, outputLimit: outputLimit))
        } catch {
            return .failure(.lost("\(error)"))
        }
    }
}

/// Why a program did not run to its end.
package enum ChildProcessError: Error, Sendable, Equatable {
    /// No folder of `PATH` has an executable file of this name, or none is at this path.
    case notFound
    /// The system does not start it; in the system's words.
    case notStarted(String)
    /// It took longer than it may, and was killed.
    case timedOut(after: Duration)
    /// It wrote more than it may, in bytes, and was killed.
    case outputTooLong(limit: Int)
    /// The task was cancelled, and the program killed.
    case interrupted
    /// Its input, output or end could not be followed; why.
    case lost(String)

    fileprivate init(_ error: SubprocessError, outputLimit: Int) {
        self =
            switch error.code {
            case .executableNotFound: .notFound
            case .outputLimitExceeded: .outputTooLong(limit: outputLimit)
            case .spawnFailed:
                .notStarted(error.underlyingError?.description.lowercased() ?? "the system does not say why")
            default: .lost(error.underlyingError?.description.lowercased() ?? "the system does not say why")
            }
    }
}
