public import Foundation
import Synchronization

/// What a program said and how it ended.
public struct CommandLineRun: Sendable, CustomStringConvertible {
    /// The exit status, or the negative number of the signal that ended it.
    public let status: Int32
    /// Standard output.
    public let outputBytes: Data
    /// Standard error, as text.
    public let errorText: String

    /// Standard output, as text.
    public var outputText: String { String(decoding: outputBytes, as: UTF8.self) }

    /// Everything, for a failing test.
    public var description: String { "exit \(status)\nstdout: \(outputText)\nstderr: \(errorText)" }
}

/// A program started by a test, while it runs.
public final class RunningProgram: Sendable {
    private let identifier: pid_t
    private let ended: Task<CommandLineRun, any Error>
    private let end = End()

    private final class End: Sendable {
        let hasCome = Mutex(false)
    }

    /// Starts a program with an environment of its own; its output goes to files, so that it never waits for a reader.
    ///
    /// - Parameters:
    ///   - executable: the path of the program.
    ///   - arguments: what it is told.
    ///   - environment: all of its environment.
    ///   - input: what it reads from standard input.
    ///   - directory: where it runs.
    /// - Throws: when it cannot be started.
    public init(
        _ executable: String,
        _ arguments: [String],
        environment: [String: String],
        input: String = "",
        in directory: URL
    ) throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "wasmpack-run-\(UUID().uuidString)"
        )
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let files = ["in", "out", "err"].map { folder.appending(path: $0) }
        try Data(input.utf8).write(to: files[0])
        for file in files.dropFirst() { try Data().write(to: file) }
        let process = Process()
        process.executableURL = URL(filePath: executable)
        process.arguments = arguments
        process.environment = environment
        process.currentDirectoryURL = directory
        process.standardInput = try FileHandle(forReadingFrom: files[0])
        process.standardOutput = try FileHandle(forWritingTo: files[1])
        process.standardError = try FileHandle(forWritingTo: files[2])
        let (ends, continuation) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { [end] process in
            end.hasCome.withLock { $0 = true }
            let isSignal = process.terminationReason == .uncaughtSignal
            continuation.yield(isSignal ? -process.terminationStatus : process.terminationStatus)
            continuation.finish()
        }
        try process.run()
        identifier = process.processIdentifier
        ended = Task {
            var status: Int32 = -1
            for await end in ends { status = end }
            defer { try? FileManager.default.removeItem(at: folder) }
            return CommandLineRun(
                status: status,
                outputBytes: try Data(contentsOf: files[1]),
                errorText: String(decoding: try Data(contentsOf: files[2]), as: UTF8.self)
            )
        }
    }

    /// Waits for its end.
    public func wait() async throws -> CommandLineRun { try await ended.value }

    /// Whether it has ended.
    public var hasEnded: Bool { end.hasCome.withLock { $0 } }

    /// Sends it a signal, if it still runs.
    public func signal(_ number: Int32) {
        // Held, so that its number cannot be another process's by now.
        end.hasCome.withLock { hasEnded in
            if !hasEnded { kill(identifier, number) }
        }
    }
}
