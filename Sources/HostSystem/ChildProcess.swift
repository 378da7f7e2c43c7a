import Subprocess
import SystemPackage

/// A program to be run to completion with a given input.
///
/// No shell is used: names are looked up in `PATH`'s absolute folders, and the arguments are passed unchanged. The
/// program runs in a separate session with default signal handlers. At the time limit or when the task is canceled, the
/// program and the processes that it started in its session are killed.
package struct ChildProcess: Sendable {
    /// How a program ended.
    package enum Ending: Sendable, Equatable {
        /// The program exited with this status.
        case exited(Int32)
        /// A signal of this number killed the program.
        case killed(Int32)
    }

    /// The result of a program.
    package struct Outcome: Sendable {
        /// How it ended.
        package let ending: Ending
        /// The bytes of its standard output.
        package let output: [UInt8]
        /// The bytes of its standard error.
        package let errors: [UInt8]
    }

    private let name: String
    private let arguments: [String]
    private let environment: [String: String?]
    private let outputLimit: Int
    private let timeLimit: Duration

    /// Describes a program to run.
    ///
    /// - Parameters:
    ///   - name: the program's name, or its path if it contains a `/`.
    ///   - arguments: the arguments, without the name.
    ///   - environment: changes to this process's environment; `nil` removes a variable. Its `PATH` is searched for the
    ///     program.
    ///   - outputLimit: the limit for standard output and for standard error, in bytes each.
    ///   - timeLimit: the time limit.
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

    /// Whether the program exists.
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

    /// Runs the program to its end; a program need not read its input.
    package func run(input: [UInt8] = []) async throws(ChildProcessError) -> Outcome {
        guard !Task.isCancelled else { throw .interrupted }
        // A program that ends before reading its input must not end this process by SIGPIPE.
        Interruption.ignoreClosedPipes()
        let result = await withTaskGroup(of: Result<Outcome, ChildProcessError>?.self) { group in
            group.addTask { await attempt(input) }
            group.addTask {
                try? await Task.sleep(for: timeLimit)
                return nil
            }
            let first = await group.next()
            // Cancels the other task: the timer, or the program, which this kills.
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
                    // The program did not read all its input.
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

/// The reason why a program did not run to its end.
package enum ChildProcessError: Error, Sendable, Equatable {
    /// No folder of `PATH` has an executable file of this name, or there is no executable file at the path.
    case notFound
    /// The system cannot start it; with the system's message.
    case notStarted(String)
    /// It exceeded the time limit and was killed.
    case timedOut(after: Duration)
    /// It exceeded the output limit, in bytes, and was killed.
    case outputTooLong(limit: Int)
    /// The task was canceled and the program killed.
    case interrupted
    /// Its input, output or end was lost; with the reason.
    case lost(String)

    fileprivate init(_ error: SubprocessError, outputLimit: Int) {
        self =
            switch error.code {
            case .executableNotFound: .notFound
            case .outputLimitExceeded: .outputTooLong(limit: outputLimit)
            case .spawnFailed:
                .notStarted(error.underlyingError?.description.lowercased() ?? "the system gives no reason")
            default: .lost(error.underlyingError?.description.lowercased() ?? "the system gives no reason")
            }
    }
}
