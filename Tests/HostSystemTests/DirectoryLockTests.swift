import Diagnostics
import HostSystem
import Synchronization
import SystemPackage
import TestSupport
import Testing

@Suite(.timed, .timeLimit(.minutes(5)))
struct DirectoryLockTests {
    private final class Holders: Sendable {
        private let counts = Mutex((now: 0, most: 0))

        var most: Int { counts.withLock { $0.most } }

        func enter() { counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }

        func leave() { counts.withLock { $0.now -= 1 } }
    }

    private final class Holder: Sendable {
        private let lock: Mutex<DirectoryLock?>

        init(_ lock: DirectoryLock) { self.lock = Mutex(lock) }

        func letGo() { lock.withLock { $0 = nil } }
    }

    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    @Test func `two may share a lock, and neither has it alone`() async throws {
        let first = try await DirectoryLock(on: scratch.path, isShared: true)
        do {
            let second = try await DirectoryLock(on: scratch.path, isShared: true)
            #expect(!first.becomeExclusive())
            #expect(!second.becomeExclusive())
            // Neither lost it by asking.
            #expect(!first.becomeExclusive())
        }
        #expect(first.becomeExclusive())
        first.becomeShared()
        let third = try await DirectoryLock(on: scratch.path, isShared: true)
        #expect(!first.becomeExclusive())
        withExtendedLifetime(third) {}
    }

    @Test func `an exclusive lock is held by one at a time`() async throws {
        let holders = Holders()
        let path = scratch.path
        try await withThrowingTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<50 {
                        let lock = try await DirectoryLock(on: path, isShared: false)
                        withExtendedLifetime(lock) {
                            holders.enter()
                            holders.leave()
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(holders.most == 1)
    }

    @Test func `another process's lock counts, and is gone when that process is`() async throws {
        let lock = try await DirectoryLock(on: scratch.path, isShared: true)
        let other = try RunningTool(
            "python3",
            [
                "-c",
                """
                import fcntl, os, sys
                fcntl.flock(os.open(sys.argv[1], os.O_RDONLY), fcntl.LOCK_SH)
                print('locked', flush=True)
                sys.stdin.read()
                """, scratch.path.string,
            ]
        )
        try #require(other.firstOutput()?.hasPrefix("locked") == true)
        #expect(!lock.becomeExclusive())
        other.stop()
        #expect(lock.becomeExclusive())
    }

    @Test func `a lock that nobody lets go of is not waited for any longer than said`() async throws {
        let lock = try await DirectoryLock(on: scratch.path, isShared: false)
        let failure = await #expect(throws: Failure.self) {
            try await DirectoryLock(on: scratch.path, isShared: false, waiting: .milliseconds(20))
        }
        #expect(failure?.code == .fileUnwritable)
        #expect(failure?.message.contains(scratch.path.string) == true)
        withExtendedLifetime(lock) {}
    }

    @Test func `tasks that wait for a lock leave their threads to others`() async throws {
        let path = scratch.path
        let holder = Holder(try await DirectoryLock(on: path, isShared: false))
        try await withThrowingTaskGroup { group in
            // More than the threads that all tasks share.
            for _ in 0..<16 {
                group.addTask {
                    _ = try await DirectoryLock(on: path, isShared: true, waiting: .seconds(120))
                }
            }
            group.addTask { holder.letGo() }
            for try await _ in group {}
        }
    }

    @Test func `a task that is canceled does not wait for a lock any longer`() async throws {
        let path = scratch.path
        let lock = try await DirectoryLock(on: path, isShared: false)
        let task = Task { () -> Failure? in
            do throws(Failure) {
                _ = try await DirectoryLock(on: path, isShared: false)
                return nil
            } catch {
                return error
            }
        }
        try await Task.sleep(for: .milliseconds(50))
        task.cancel()
        #expect(await task.value?.code == .interrupted)
        withExtendedLifetime(lock) {}
    }

    @Test func `what is no folder cannot be locked`() async throws {
        let missing = await #expect(throws: Failure.self) {
            try await DirectoryLock(on: scratch.appending("missing"), isShared: true)
        }
        #expect(missing?.code == .fileMissing)
        let file = try scratch.write([], to: "file")
        await #expect(throws: Failure.self) { try await DirectoryLock(on: file, isShared: true) }
    }
}
