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

    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    @Test func `two owners can share a lock, and neither has it exclusively`() throws {
        let first = try DirectoryLock(on: scratch.path, isShared: true)
        do {
            let second = try DirectoryLock(on: scratch.path, isShared: true)
            #expect(!first.becomeExclusive())
            #expect(!second.becomeExclusive())
            // Both still have the lock after the attempt.
            #expect(!first.becomeExclusive())
        }
        #expect(first.becomeExclusive())
        first.becomeShared()
        let third = try DirectoryLock(on: scratch.path, isShared: true)
        #expect(!first.becomeExclusive())
        withExtendedLifetime(third) {}
    }

    @Test func `only one owner at a time has an exclusive lock`() async throws {
        let holders = Holders()
        let path = scratch.path
        try await withThrowingTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<50 {
                        let lock = try DirectoryLock(on: path, isShared: false)
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

    @Test func `respects another process's lock until that process ends`() throws {
        let lock = try DirectoryLock(on: scratch.path, isShared: true)
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

    @Test func `waits for a held lock only until the time limit`() throws {
        let lock = try DirectoryLock(on: scratch.path, isShared: false)
        let failure = #expect(throws: Failure.self) {
            try DirectoryLock(on: scratch.path, isShared: false, waiting: .milliseconds(20))
        }
        #expect(failure?.code == .fileUnwritable)
        #expect(failure?.message.contains(scratch.path.string) == true)
        withExtendedLifetime(lock) {}
    }

    @Test func `locks only folders`() throws {
        let missing = #expect(throws: Failure.self) {
            try DirectoryLock(on: scratch.appending("missing"), isShared: true)
        }
        #expect(missing?.code == .fileMissing)
        let file = try scratch.write([], to: "file")
        #expect(throws: Failure.self) { try DirectoryLock(on: file, isShared: true) }
    }
}
