import Synchronization
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

/// A supervised program, whose supervisor is the built `wasmpack`.
@Suite(.timeLimit(.minutes(2)))
struct SupervisedProcessTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
        func add(_ bytes: ArraySlice<UInt8>) {
            all.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
        }
    }

    private func start(_ program: FilePath, _ arguments: [String], _ lines: Lines = Lines()) throws
        -> SupervisedProcess
    {
        try SupervisedProcess(
            program,
            arguments,
            supervisor: FilePath(BuiltProgram.wasmpack),
            removing: folder.path
        ) { _, line in lines.add(line) }
    }

    @Test func `a program ends if its supervisor is killed`() async throws {
        let lines = Lines()
        // The shell prints its identifier, and becomes the program.
        let process = try start("/bin/sh", ["-c", "echo $$; exec /bin/sleep 1000"], lines)
        try await wait(for: "the program", within: .seconds(60)) { !lines.all.withLock { $0.isEmpty } }
        let program = try #require(lines.all.withLock { $0.first.flatMap { pid_t($0) } })
        kill(process.supervisor, SIGKILL)
        #expect(await process.ended() == .killed(SIGKILL))
        try await wait(for: "the end of the program", within: .seconds(60)) {
            kill(program, 0) != 0 || Self.isZombie(program)
        }
        await process.end()
    }

    private static func isZombie(_ program: pid_t) -> Bool {
        let status = try? ReadableFile.contents(of: FilePath("/proc/\(program)/status"), limit: 1 << 16)
        return String(decoding: status ?? [], as: UTF8.self).contains("State:\tZ")
    }

    @Test func `the rest of a line that is too long is no new line`() async throws {
        let lines = Lines()
        let script = "head -c 3000000 /dev/zero | tr '\\0' a; echo forged; echo next; printf last"
        let process = try start("/bin/sh", ["-c", script], lines)
        #expect(await process.ended() == .exited(0))
        let all = lines.all.withLock(\.self)
        #expect(all.map(\.utf8.count) == [1 << 20, 4, 4])
        #expect(all.dropFirst() == ["next", "last"])
        await process.end()
    }
}
