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

@Suite(.timeLimit(.minutes(1))) struct ChildProcessTests {
    let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private func script(_ lines: String, named name: String = "child") throws {
        let path = try scratch.write(Array("#!/bin/sh\n\(lines)\n".utf8), to: name)
        chmod(path.string, 0o755)
    }

    private func run(
        _ arguments: [String] = [],
        adding: [String: String?] = [:],
        input: String = "",
        outputLimit: Int = 4096,
        timeLimit: Duration = .seconds(30)
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

    @Test func `input, output, errors and status go through`() async throws {
        try script("printf '%s|' \"$@\"; cat; echo trouble >&2; exit 3")
        let outcome = try await run(["a b", "$HOME", ";"], input: "in\n")
        #expect(text(outcome.output) == "a b|$HOME|;|in\n")
        #expect(text(outcome.errors) == "trouble\n")
        #expect(outcome.ending == .exited(3))
    }

    @Test func `variables can be set and taken away, and the rest is inherited`() async throws {
        let home = getenv("HOME").map { String(cString: $0) } ?? "gone"
        try script("echo \"${HOME-gone} ${ADDED-gone}\"")
        #expect(try text(await run(adding: ["ADDED": "yes"]).output) == "\(home) yes\n")
        #expect(try text(await run(adding: ["HOME": nil]).output) == "gone gone\n")
    }

    @Test func `a program that reads nothing is fine, whatever it was to read`() async throws {
        try script("exec <&-; sleep 0.05; echo done")
        let input = String(repeating: "x", count: 300_000)
        #expect(try text(await run(input: input).output) == "done\n")
        try script("exit 0")
        #expect(try await run(input: input).ending == .exited(0))
    }

    @Test func `a program that is not there is said to be missing`() async throws {
        await #expect(throws: ChildProcessError.notFound) { try await run() }
        // Not executable, and a folder, are none either.
        _ = try scratch.write([], to: "child")
        await #expect(throws: ChildProcessError.notFound) { try await run() }
        _ = try scratch.write([], to: "folder/child/file")
        await #expect(throws: ChildProcessError.notFound) {
            try await run(adding: ["PATH": scratch.path.appending("folder").string])
        }
    }

    @Test func `the working folder is never searched`() async throws {
        try script("echo found")
        let relative = FilePath("../../../../../../../../../..").pushing(
            FilePath(String(scratch.path.string.drop { $0 == "/" }))
        )
        for path in [relative.string, ".:", ""] {
            await #expect(throws: ChildProcessError.notFound) { try await run(adding: ["PATH": path]) }
        }
    }

    @Test func `a program that cannot be started says why`() async throws {
        let path = try scratch.write(Array("no program".utf8), to: "child")
        chmod(path.string, 0o755)
        let error = await #expect(throws: ChildProcessError.self) { try await run() }
        guard case .notStarted(let why)? = error else { throw PeerError("\(error as Any)") }
        #expect(why.contains("exec format error"))
    }

    @Test func `too much output ends it, on either stream`() async throws {
        for redirection in ["", ">&2"] {
            try script("while :; do echo 0123456789 \(redirection); done")
            await #expect(throws: ChildProcessError.outputTooLong(limit: 4096)) { try await run() }
        }
        try script("printf 12345678")
        #expect(try await run(outputLimit: 8).output.count == 8)
    }

    @Test func `a signal that ends it is told`() async throws {
        try script("kill -9 $$")
        #expect(try await run().ending == .killed(9))
    }

    @Test func `signals have their default meaning there`() async throws {
        Interruption.ignoreClosedPipes()
        try script("grep -E '^Sig(Ign|Blk)' /proc/self/status")
        let lines = try text(await run().output).split(separator: "\n")
        #expect(lines.count == 2)
        for line in lines {
            let mask = UInt64(line.split(separator: "\t").last ?? "", radix: 16)
            // 32 and 33 are glibc's own.
            #expect(mask.map { $0 & 0x7FFF_FFFF } == 0, "\(line)")
        }
    }

    /// Two processes that hold a pipe; who lives on says so there.
    private func survivors(_ pipe: FilePath, first: String = "") -> String {
        """
        trap '' TERM HUP
        exec 3>'\(pipe)' >/dev/null 2>&1
        \(first)
        (sleep 10; echo survived >&3) &
        sleep 10; echo survived >&3
        """
    }

    @Test func `when its time is up it is killed, and what it has started too`() async throws {
        let pipe = try pipe(named: "alive")
        try script(survivors(pipe))
        async let written = everything(from: pipe)
        await #expect(throws: ChildProcessError.timedOut(after: .milliseconds(500))) {
            try await run(timeLimit: .milliseconds(500))
        }
        #expect(try await written == "")
    }

    @Test func `cancellation kills it, and what it has started too`() async throws {
        let pipe = try pipe(named: "alive")
        try script(survivors(pipe, first: "echo started >&3"))
        let (started, starting) = AsyncStream<Void>.makeStream()
        async let written = everything(from: pipe) { starting.finish() }
        let task = Task { () async -> ChildProcessError? in
            do throws(ChildProcessError) { _ = try await run() } catch { return error }
            return nil
        }
        for await _ in started {}
        task.cancel()
        #expect(await task.value == .interrupted)
        #expect(try await written == "started\n")
    }

    @Test func `a process left behind does not keep it from ending`() async throws {
        try script("sleep 5 & echo done")
        #expect(try text(await run().output) == "done\n")
    }

    private func pipe(named name: String) throws -> FilePath {
        let path = scratch.appending(name)
        guard mkfifo(path.string, 0o600) == 0 else { throw PeerError("no pipe: \(errno)") }
        return path
    }

    /// What comes out of a pipe until every process that holds its other end is gone.
    private func everything(
        from pipe: FilePath,
        onOutput: @escaping @Sendable () -> Void = {}
    ) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    with: Result {
                        let descriptor = try FileDescriptor.open(pipe, .readOnly)
                        defer { try? descriptor.close() }
                        var bytes: [UInt8] = []
                        var byte: UInt8 = 0
                        while try withUnsafeMutableBytes(of: &byte, { try descriptor.read(into: $0) }) > 0 {
                            bytes.append(byte)
                            onOutput()
                        }
                        return String(decoding: bytes, as: UTF8.self)
                    }
                )
            }
        }
    }
}
