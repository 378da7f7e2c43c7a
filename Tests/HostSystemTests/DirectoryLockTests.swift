import Diagnostics
import Foundation
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

    @Test func `two owners can share a lock, and neither has it exclusively`() async throws {
        let first = try await DirectoryLock(on: scratch.path, isShared: true)
        do {
            let second = try await DirectoryLock(on: scratch.path, isShared: true)
            #expect(!first.becomeExclusive())
            #expect(!second.becomeExclusive())
            // Both still have the lock after the attempt.
            #expect(!first.becomeExclusive())
        }
        #expect(first.becomeExclusive())
        first.becomeShared()
        let third = try await DirectoryLock(on: scratch.path, isShared: true)
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

    @Test func `respects another process's lock until that process ends`() async throws {
        let lock = try await DirectoryLock(on: scratch.path, isShared: true)
        let other = try RunningTool(
            Python.path,
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

    @Test func `waits for a held lock only until the time limit`() async throws {
        let lock = try await DirectoryLock(on: scratch.path, isShared: false)
        let failure = await #expect(throws: Failure.self) {
            try await DirectoryLock(on: scratch.path, isShared: false, waiting: .milliseconds(20))
        }
        #expect(failure?.code == .fileUnwritable)
        #expect(failure?.message.contains(scratch.path.string) == true)
        withExtendedLifetime(lock) {}
    }

    @Test func `waiting for a lock blocks no thread that tasks share`() async throws {
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

    @Test func `a canceled task stops waiting for a lock`() async throws {
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

    @Test func `a wait of more than two seconds is explained by the name of what is locked`()
        async throws
    {
        let path = scratch.path
        let holder = Holder(try await DirectoryLock(on: path, isShared: false))
        let sink = RecordingSink()
        let note = Event.note("waiting for another process that uses plugin-oci …")
        try await Work.$sink.withValue(sink) {
            async let waiting = DirectoryLock(on: path, isShared: true, of: "plugin-oci")
            await sink.wait { $0.contains(note) }
            holder.letGo()
            _ = try await waiting
        }
        #expect(sink.events.first == note)
    }

    @Test func `a lock on a folder that was removed and created again is not on the new one`() async throws {
        let (path, alias) = (scratch.appending("folder"), scratch.appending("alias"))
        try Directory.create(path)
        try FileManager.default.createSymbolicLink(atPath: alias.string, withDestinationPath: path.string)
        let lock = try await DirectoryLock(on: path, isShared: false)
        #expect(lock.isHeld(on: path))
        #expect(lock.isHeld(on: alias))
        Directory.removeIfEmpty(path)
        #expect(!lock.isHeld(on: path))
        try Directory.create(path)
        #expect(!lock.isHeld(on: path))
    }

    @Test func `locks only folders`() async throws {
        let missing = await #expect(throws: Failure.self) {
            try await DirectoryLock(on: scratch.appending("missing"), isShared: true)
        }
        #expect(missing?.code == .fileMissing)
        let file = try scratch.write([], to: "file")
        await #expect(throws: Failure.self) { try await DirectoryLock(on: file, isShared: true) }
    }
}
