import Foundation
import TestSupport
import Testing

/// A layout that another process has locked: the wait is explained, and ends when it is canceled or the lock is released.
@Suite(.long, .timed, .timeLimit(.minutes(5))) struct LockWaitLongTests {
    private let work: Workspace

    init() async throws {
        work = try Workspace()
        try work.write(Modules.tiny, to: "module.wasm")
        let built = try await work.run("build", "module.wasm", "-t", "example.com/a:v1")
        #expect(built.status == 0, "\(built)")
    }

    /// Locks a folder of the workspace until the result is freed; the programs that the test starts do not inherit it.
    private func hold(_ folder: String) throws -> Lock { try Lock(work.path(folder)) }

    private func waiting(_ arguments: [String]) async throws -> RunningProgram {
        let running = try work.start(arguments, adding: work.ownTemporaryFolder())
        try await wait(for: "the note") {
            running.hasEnded || running.errorSoFar.contains("waiting for another process")
        }
        #expect(!running.hasEnded)
        return running
    }

    static let commands: [(arguments: [String], locked: String, why: String)] = [
        (
            ["build", "module.wasm", "-t", "example.com/a:v2"], "plugin-oci",
            "another process changes the index"
        ),
        (["verify", "plugin-oci"], "plugin-oci/blobs", "another process sweeps blobs"),
        (["copy", "plugin-oci:v1", "plugin-oci:v3"], "plugin-oci", "a copy"),
    ]

    @Test("says what it waits for, and continues when the lock is released", arguments: commands)
    func release(arguments: [String], locked: String, why: String) async throws {
        let holder = try hold(locked)
        let running = try await waiting(arguments)
        holder.release()
        let run = try await running.wait()
        #expect(run.status == 0, "\(why): \(run)")
        let note = "note     waiting for another process that uses plugin-oci …\n"
        #expect(run.errorText.components(separatedBy: note).count == 2, "\(why): \(run)")
    }

    @Test("stops waiting after a signal", arguments: commands)
    func signal(arguments: [String], locked: String, why: String) async throws {
        let holder = try hold(locked)
        let running = try await waiting(arguments)
        running.signal(SIGINT)
        let run = try await running.wait()
        #expect(run.status == 130, "\(why): \(run)")
        #expect(run.errorText.contains("error[interrupted]: interrupted"), "\(why): \(run)")
        #expect(try work.names(in: "tmp").isEmpty)
        holder.release()
    }

    @Test("--timeout bounds the wait", arguments: [commands[0], commands[2]])
    func timeLimit(arguments: [String], locked: String, why: String) async throws {
        let holder = try hold(locked)
        let run = try await work.start(arguments + ["--timeout", "8"]).wait()
        #expect(run.status == 75, "\(why): \(run)")
        #expect(run.errorText.contains("error[timed-out]: not finished within 8 s"), "\(why): \(run)")
        #expect(
            run.errorText.contains("waiting for another process that uses plugin-oci …"),
            "\(why): \(run)"
        )
        holder.release()
    }
}

/// A lock of this process on a folder, as another process would hold it.
private final class Lock: Sendable {
    private let descriptor: CInt

    init(_ path: String) throws {
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw PeerError("\(path) cannot be locked")
        }
    }

    func release() { flock(descriptor, LOCK_UN) }

    deinit { close(descriptor) }
}
