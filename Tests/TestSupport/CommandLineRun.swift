package import Foundation
import Synchronization

/// The output and the exit status of a program.
package struct CommandLineRun: Sendable, CustomStringConvertible {
    /// The exit status, or the negative number of the signal that ended it.
    package let status: Int32
    /// Standard output.
    package let outputBytes: Data
    /// Standard error, as text.
    package let errorText: String

    /// Standard output, as text.
    package var outputText: String { String(decoding: outputBytes, as: UTF8.self) }

    /// The whole result, for the report of a failed test.
    package var description: String { "exit \(status)\nstdout: \(outputText)\nstderr: \(errorText)" }
}

/// A running program that a test started.
///
/// Uses `posix_spawn`, because Foundation's `Process` has crashed with many threads on Linux, and passes its thread's
/// blocked signals to its children.
package final class RunningProgram: Sendable {
    private let identifier: pid_t
    private let ended: Task<CommandLineRun, any Error>
    private let end = End()
    private let errorFile: URL
    private let check: @Sendable (CommandLineRun) -> Void

    private final class End: Sendable {
        let hasCome = Mutex(false)
    }

    /// Starts a program with a given environment; its output goes to files, so that it never waits for a reader.
    ///
    /// - Parameters:
    ///   - executable: the path of the program.
    ///   - arguments: the arguments.
    ///   - environment: the whole environment.
    ///   - input: the standard input.
    ///   - directory: the working folder.
    ///   - check: a function that is called with the result.
    /// - Throws: an error if the program cannot be started.
    package init(
        _ executable: String,
        _ arguments: [String],
        environment: [String: String],
        input: String = "",
        in directory: URL,
        check: @escaping @Sendable (CommandLineRun) -> Void = { _ in }
    ) throws {
        self.check = check
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "run-of-wasmpack-\(UUID().uuidString)"
        )
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let files = ["in", "out", "err"].map { folder.appending(path: $0) }
        try Data(input.utf8).write(to: files[0])
        for file in files.dropFirst() { try Data().write(to: file) }
        errorFile = files[2]
        identifier = try Self.spawn(
            // `env` changes the folder and then becomes the program, with the same process identifier.
            ["/usr/bin/env", "-C", directory.path(), executable] + arguments,
            environment: environment.map { "\($0.key)=\($0.value)" },
            files: files.map { $0.path() }
        )
        ended = Task { [identifier, end] in
            let status = await Self.status(of: identifier, end)
            defer { try? FileManager.default.removeItem(at: folder) }
            return CommandLineRun(
                status: status,
                outputBytes: try Data(contentsOf: files[1]),
                errorText: String(decoding: try Data(contentsOf: files[2]), as: UTF8.self)
            )
        }
    }

    /// Waits until the program ends.
    package func wait() async throws -> CommandLineRun {
        let run = try await ended.value
        check(run)
        return run
    }

    /// Waits until the program ends, without a check of the result.
    package func waitForEnd() async { _ = await ended.result }

    /// Standard error so far, as text; empty after the end.
    package var errorSoFar: String {
        String(decoding: (try? Data(contentsOf: errorFile)) ?? Data(), as: UTF8.self)
    }

    /// Whether the program has ended.
    package var hasEnded: Bool { end.hasCome.withLock { $0 } }

    /// Sends the program a signal if it is still running.
    package func signal(_ number: Int32) {
        // Locked, so that the process identifier cannot belong to another process meanwhile.
        end.hasCome.withLock { hasEnded in
            if !hasEnded { kill(identifier, number) }
        }
    }

    /// Waits on a separate thread, because the threads of Swift concurrency must not block.
    private static func status(of identifier: pid_t, _ end: End) async -> Int32 {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                var information = siginfo_t()
                while waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
                var status: Int32 = 0
                end.hasCome.withLock { hasEnded in
                    hasEnded = true
                    while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
                }
                let signal = status & 0x7F
                continuation.resume(returning: signal == 0 ? (status >> 8) & 0xFF : -signal)
            }
        }
    }

    private static func spawn(
        _ arguments: [String],
        environment: [String],
        files: [String]
    ) throws -> pid_t {
        #if canImport(Glibc)
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #else
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, files[0], O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, files[1], O_WRONLY | O_APPEND, 0)
        posix_spawn_file_actions_addopen(&actions, 2, files[2], O_WRONLY | O_APPEND, 0)
        // The program starts without blocked signals and with default signal handlers.
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        let argumentPointers = arguments.map { strdup($0) } + [nil]
        let environmentPointers = environment.map { strdup($0) } + [nil]
        defer { for pointer in argumentPointers + environmentPointers { free(pointer) } }
        var identifier: pid_t = 0
        let result = posix_spawn(
            &identifier,
            arguments[0],
            &actions,
            &attributes,
            argumentPointers,
            environmentPointers
        )
        guard result == 0 else {
            throw PeerError("\(arguments[0]) cannot be started: \(String(cString: strerror(result)))")
        }
        return identifier
    }
}
