import Diagnostics
import Dispatch
import HostSystem
import Synchronization
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(10)))
struct SlowInputTests {
    /// An end of a pipe that is closed at most once.
    private final class End: Sendable {
        private let descriptor: Mutex<FileDescriptor?>

        init(_ descriptor: FileDescriptor) { self.descriptor = Mutex(descriptor) }

        /// Closes it; returns whether it was open.
        func close() -> Bool {
            descriptor.withLock { descriptor in
                defer { descriptor = nil }
                return (try? descriptor?.close()) != nil
            }
        }
    }

    private let pipe: (readEnd: FileDescriptor, writeEnd: FileDescriptor)

    init() throws { pipe = try FileDescriptor.pipe() }

    @Test func `reads input as it arrives, and nothing at the end`() async throws {
        defer { try? pipe.readEnd.close() }
        try pipe.writeEnd.writeAll("secret".utf8)
        #expect(try await pipe.readEnd.nextInput("the answer") == Array("secret".utf8))
        try pipe.writeEnd.close()
        #expect(try await pipe.readEnd.nextInput("the answer") == [])
    }

    @Test func `waiting for input blocks no thread that tasks share`() async throws {
        let (readEnd, end) = (pipe.readEnd, End(pipe.writeEnd))
        // Makes the test fail instead of hanging.
        DispatchQueue.global().asyncAfter(deadline: .now() + 120) { _ = end.close() }
        try await withThrowingTaskGroup { group in
            // More than the threads that all tasks share.
            for _ in 0..<16 {
                group.addTask { _ = try await readEnd.nextInput("the answer") }
            }
            group.addTask { #expect(end.close(), "no thread was free for two minutes") }
            try await group.waitForAll()
        }
        try readEnd.close()
    }

    @Test func `a canceled task stops waiting for input`() async throws {
        defer {
            try? pipe.readEnd.close()
            try? pipe.writeEnd.close()
        }
        let task = Task { [pipe] () -> Failure? in
            do throws(Failure) {
                _ = try await pipe.readEnd.nextInput("the answer")
                return nil
            } catch {
                return error
            }
        }
        try await Task.sleep(for: .milliseconds(50))
        task.cancel()
        #expect(await task.value?.code == .interrupted)
    }

    @Test func `unreadable input is an error`() async throws {
        try pipe.readEnd.close()
        try pipe.writeEnd.close()
        let folder = try FileDescriptor.open("/", .readOnly)
        defer { try? folder.close() }
        let failure = await #expect(throws: Failure.self) { try await folder.nextInput("the answer") }
        #expect(failure?.code == .fileUnreadable)
        #expect(failure?.message == "the answer cannot be read")
    }
}
