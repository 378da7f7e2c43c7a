package import Diagnostics
import Dispatch
import Synchronization
package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A long-running program that ends with this process at the latest, whatever ends this process.
///
/// A ``Supervisor`` is between the two. The program gets no signals of the terminal.
package final class SupervisedProcess: Sendable {
    /// An output stream of the program.
    package enum Stream: Sendable {
        case output
        case errors
    }

    /// Receives each line of the program's output, without its line end, on one thread.
    ///
    /// All lines of standard error that were written before a line of standard output are received before it.
    package typealias LineHandler = @Sendable (Stream, ArraySlice<UInt8>) -> Void

    private struct State {
        /// `nil` after the lifeline was closed.
        var lifeline: FileDescriptor?
        var ending: ChildProcess.Ending?
        var isReaped = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private final class Shared: Sendable {
        let state: Mutex<State>

        init(_ lifeline: FileDescriptor) { state = Mutex(State(lifeline: lifeline)) }

        func change(_ body: (inout State) -> Void) {
            let waiters = state.withLock { state in
                body(&state)
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.resume() }
        }

        func closeLifeline() {
            state.withLock { state in
                guard let lifeline = state.lifeline else { return }
                _ = try? lifeline.writeAll([Supervisor.farewell])
                try? lifeline.close()
                state.lifeline = nil
            }
        }
    }

    private let shared: Shared
    let supervisor: pid_t

    /// The program of this process, which can be started as a supervisor.
    ///
    /// Throws ``Failure/Code/systemLimit`` if the system does not tell it.
    package static func ownProgram() throws(Failure) -> FilePath {
        #if os(Linux)
            let path: FilePath = "/proc/self/exe"
            if (try? path.stat()) != nil { return path }
        #else
            var length: UInt32 = 0
            _NSGetExecutablePath(nil, &length)
            var buffer = [CChar](repeating: 0, count: Int(length) + 1)
            if _NSGetExecutablePath(&buffer, &length) == 0 { return FilePath(platformString: buffer) }
        #endif
        throw Failure(
            .systemLimit,
            "wasmpack cannot find its own program",
            why: "/proc is not mounted; wasmpack starts itself again to supervise Envoy",
            try: ["mount -t proc proc /proc"]
        )
    }

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: the path of the program.
    ///   - arguments: the arguments, without the name.
    ///   - supervisor: the program that runs ``Supervisor``, usually ``ownProgram()``.
    ///   - folder: a directory of ``TemporaryDirectory``, which the supervisor removes if this process ends unexpectedly.
    ///   - onLine: receives the output.
    /// - Throws: ``ChildProcessError/notStarted(_:)`` if the supervisor cannot be started. If only the program cannot, it has
    ///   ended with ``ChildProcess/Ending/exited(_:)`` 127.
    package init(
        _ program: FilePath,
        _ arguments: [String],
        supervisor: FilePath,
        removing folder: FilePath,
        onLine: @escaping LineHandler
    ) throws(ChildProcessError) {
        // The supervisor may have ended when the lifeline is closed.
        Interruption.ignoreClosedPipes()
        var pipes: [(readEnd: FileDescriptor, writeEnd: FileDescriptor)] = []
        do throws(Errno) {
            for _ in 0..<4 { pipes.append(try SpawnedProgram.pipe()) }
            self.supervisor = try SpawnedProgram.start(
                supervisor,
                ["wasmpack", Supervisor.command, folder.string, program.string] + arguments,
                descriptors: [
                    (pipes[0].readEnd, 0), (pipes[1].writeEnd, 1), (pipes[2].writeEnd, 2),
                    (pipes[3].writeEnd, Supervisor.reportDescriptor),
                ]
            )
        } catch {
            for pipe in pipes {
                try? pipe.readEnd.close()
                try? pipe.writeEnd.close()
            }
            throw .notStarted(error.description.lowercased())
        }
        try? pipes[0].readEnd.close()
        for pipe in pipes.dropFirst() { try? pipe.writeEnd.close() }
        shared = Shared(pipes[0].writeEnd)
        let reader = LineReader(
            output: pipes[1].readEnd,
            errors: pipes[2].readEnd,
            report: pipes[3].readEnd,
            onLine: onLine
        )
        DispatchQueue(label: "supervised").async { [shared, identifier = self.supervisor] in
            let ending = reader.readToEnd()
            if ending == nil {
                // The supervisor was killed; the program is in its group.
                kill(-identifier, SIGKILL)
            }
            shared.change { $0.ending = ending ?? .killed(SIGKILL) }
            // It waits for the lifeline, so that the directory is removed if this process ends now.
            _ = ChildProcess.Ending.awaited(identifier)
            shared.change { $0.isReaped = true }
        }
    }

    deinit { shared.closeLifeline() }

    /// How the program ended; `nil` while it runs.
    package var ending: ChildProcess.Ending? { shared.state.withLock { $0.ending } }

    /// Waits for the end of the program, all of whose output was then received.
    package func ended() async -> ChildProcess.Ending {
        while true {
            if let ending { return ending }
            await change { $0.ending != nil }
        }
    }

    /// Kills the program, and waits until it and the supervisor have ended.
    package func end() async {
        shared.closeLifeline()
        let identifier = supervisor
        let state = shared
        // A stopped supervisor, for example, does not end by itself.
        let forced = DispatchWorkItem {
            if state.state.withLock({ !$0.isReaped }) { kill(-identifier, SIGKILL) }
        }
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(5), execute: forced)
        while shared.state.withLock({ !$0.isReaped }) { await change { $0.isReaped } }
        forced.cancel()
    }

    /// Waits for the next change, unless a condition is met already.
    private func change(_ isMet: @Sendable (borrowing State) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isDone = shared.state.withLock { state in
                if isMet(state) { return true }
                state.waiters.append(continuation)
                return false
            }
            if isDone { continuation.resume() }
        }
    }
}
