import Dispatch
import SystemPackage
import TestSupport
import Testing

@testable import HostSystem

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

@Suite(.timed, .timeLimit(.minutes(5))) struct ChildProcessTests {
    let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private func script(_ lines: String, named name: String = "child") throws {
        try writeScript("#!/bin/sh\n\(lines)\n", to: scratch.appending(name).string)
    }

    private func run(
        _ arguments: [String] = [],
        adding: [String: String?] = [:],
        input: String = "",
        outputLimit: Int = 4096,
        timeLimit: Duration = .seconds(240)
    ) async throws(ChildProcessError) -> ChildProcess.Outcome {
        try await ChildProcess(
            "child",
            arguments,
            environment: ["PATH": "\(scratch.path):/usr/bin:/bin"].merging(adding) { $1 },
            outputLimit: outputLimit,
            timeLimit: timeLimit
        ).run(input: Array(input.utf8))
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func `passes input and returns output, errors and status`() async throws {
        try script("printf '%s|' \"$@\"; cat; echo trouble >&2; exit 3")
        let outcome = try await run(["a b", "$HOME", ";"], input: "in\n")
        #expect(text(outcome.output) == "a b|$HOME|;|in\n")
        #expect(text(outcome.errors) == "trouble\n")
        #expect(outcome.ending == .exited(3))
    }

    @Test func `sets and removes variables, and inherits the others`() async throws {
        let home = getenv("HOME").map { String(cString: $0) } ?? "gone"
        try script("echo \"${HOME-gone} ${ADDED-gone}\"")
        #expect(try text(await run(adding: ["ADDED": "yes"]).output) == "\(home) yes\n")
        #expect(try text(await run(adding: ["HOME": nil]).output) == "gone gone\n")
    }

    @Test func `a program need not read its input`() async throws {
        try script("exec <&-; sleep 0.05; echo done")
        let input = String(repeating: "x", count: 300_000)
        #expect(try text(await run(input: input).output) == "done\n")
        try script("exit 0")
        #expect(try await run(input: input).ending == .exited(0))
    }

    @Test func `reports a missing program`() async throws {
        await #expect(throws: ChildProcessError.notFound) { try await run() }
        // A file without permission to execute and a folder are not programs either.
        _ = try scratch.write([], to: "child")
        await #expect(throws: ChildProcessError.notFound) { try await run() }
        _ = try scratch.write([], to: "folder/child/file")
        await #expect(throws: ChildProcessError.notFound) {
            try await run(adding: ["PATH": scratch.path.appending("folder").string])
        }
    }

    @Test func `never searches the working folder`() async throws {
        try script("echo found")
        let relative = FilePath("../../../../../../../../../..").pushing(
            FilePath(String(scratch.path.string.drop { $0 == "/" }))
        )
        for path in [relative.string, ".:", ""] {
            await #expect(throws: ChildProcessError.notFound) { try await run(adding: ["PATH": path]) }
        }
    }

    @Test func `reports the reason why a program cannot be started`() async throws {
        try writeScript("no program", to: scratch.appending("child").string)
        let error = await #expect(throws: ChildProcessError.self) { try await run() }
        guard case .notStarted(let why)? = error else { throw PeerError("\(error as Any)") }
        #expect(why.contains("exec format error"))
    }

    @Test func `too much output on either stream kills the program`() async throws {
        for redirection in ["", ">&2"] {
            try script("while :; do echo 0123456789 \(redirection); done")
            await #expect(throws: ChildProcessError.outputTooLong(limit: 4096)) { try await run() }
        }
        try script("printf 12345678")
        #expect(try await run(outputLimit: 8).output.count == 8)
    }

    @Test func `reports the signal that killed the program`() async throws {
        try script("kill -9 $$")
        #expect(try await run().ending == .killed(9))
    }

    @Test func `the program has default signal handlers`() async throws {
        Interruption.ignoreClosedPipes()
        try script("grep -E '^Sig(Ign|Blk)' /proc/self/status")
        let lines = try text(await run().output).split(separator: "\n")
        #expect(lines.count == 2)
        for line in lines {
            let mask = UInt64(line.split(separator: "\t").last ?? "", radix: 16)
            // glibc reserves 32 and 33.
            #expect(mask.map { $0 & 0x7FFF_FFFF } == 0, "\(line)")
        }
    }

    @Test func `the program runs in a separate session without this terminal`() async throws {
        // The fields after the name in brackets: state, parent, group, session, terminal.
        try script("echo $$; sed 's/.*) . [0-9]* //' /proc/$$/stat")
        let words = try text(await run().output).split(whereSeparator: \.isWhitespace)
        try #require(words.count > 3)
        #expect(words[1] == words[0] && words[2] == words[0])
        #expect(words[3] == "0")
    }

    /// Two processes that hold a pipe; a surviving process writes to it.
    private func survivors(_ pipe: FilePath) -> String {
        """
        trap '' TERM HUP
        exec 3>'\(pipe)' >/dev/null 2>&1
        echo started >&3
        (sleep 200; echo survived >&3) &
        sleep 200; echo survived >&3
        """
    }

    @Test func `the time limit kills the program and its children`() async throws {
        let pipe = try NamedPipe(in: scratch)
        try script(survivors(pipe.path))
        // Enough time to start them, even on a slow machine.
        await #expect(throws: ChildProcessError.timedOut(after: .seconds(2))) {
            try await run(timeLimit: .seconds(2))
        }
        #expect(try await !pipe.everything().contains("survived"))
    }

    @Test func `cancellation kills the program and its children`() async throws {
        let pipe = try NamedPipe(in: scratch)
        try script(survivors(pipe.path))
        let task = Task { () async -> ChildProcessError? in
            do throws(ChildProcessError) { _ = try await run() } catch { return error }
            return nil
        }
        try await wait(for: "the program's start") { try !pipe.next().isEmpty }
        task.cancel()
        #expect(await task.value == .interrupted)
        #expect(try await !pipe.everything().contains("survived"))
    }

    @Test func `a remaining child does not delay the result`() async throws {
        try script("sleep 5 & echo done")
        #expect(try text(await run().output) == "done\n")
    }
}

/// A named pipe whose reading end the test holds.
private final class NamedPipe: Sendable {
    let path: FilePath
    private let end: FileDescriptor

    init(in scratch: ScratchDirectory) throws {
        path = scratch.appending("pipe")
        guard mkfifo(path.string, 0o600) == 0 else { throw PeerError("no pipe: \(errno)") }
        end = try FileDescriptor.open(path, .readOnly, options: [.nonBlocking, .closeOnExec])
    }

    deinit { try? end.close() }

    /// Returns its current content, at most 4096 bytes.
    func next() throws -> String {
        let bytes = try [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
            do {
                count = try end.read(into: UnsafeMutableRawBufferPointer(buffer))
            } catch Errno.resourceTemporarilyUnavailable {
                count = 0
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Returns all bytes until every process that holds the other end has ended.
    func everything() async throws -> String {
        _ = fcntl(end.rawValue, F_SETFL, 0)
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { [self] in
                continuation.resume(
                    with: Result {
                        var text = ""
                        while case let piece = try next(), !piece.isEmpty { text += piece }
                        return text
                    }
                )
            }
        }
    }
}
