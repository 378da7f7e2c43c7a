import Diagnostics
import HostSystem
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

@Suite(.timed, .timeLimit(.minutes(5)))
struct ReadableFileTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    @Test func `reads a file whole, in pieces and at any offset`() throws {
        let bytes = SampleModule.noise(size: 300_000)
        let file = try ReadableFile(opening: scratch.write(bytes, to: "file"))
        #expect(file.size == bytes.count)
        var read: [UInt8] = []
        try file.forEachPiece { piece in read += piece }
        #expect(read == bytes)
        #expect(try file.read(at: 1_000, count: 10) == Array(bytes[1_000..<1_010]))
        #expect(try file.read(at: bytes.count - 3, count: 10) == Array(bytes.suffix(3)))
        #expect(try file.read(at: bytes.count, count: 10) == [])
        #expect(try file.read(at: 0, count: 0) == [])
    }

    @Test func `reads an empty file`() throws {
        let path = try scratch.write([], to: "empty")
        let file = try ReadableFile(opening: path)
        #expect(file.size == 0)
        try file.forEachPiece { _ in Issue.record("there is nothing to hand on") }
        #expect(try ReadableFile.contents(of: path, limit: 0) == [])
    }

    @Test func `reports a missing file, also below a file`() throws {
        try scratch.write([], to: "file")
        for name in ["missing", "missing/file"] {
            let path = scratch.path.pushing(FilePath(name))
            #expect(
                #expect(throws: Failure.self) { _ = try ReadableFile(opening: path) }?.code == .fileMissing
            )
        }
        let within = scratch.path.pushing("file/file")
        #expect(#expect(throws: Failure.self) { _ = try ReadableFile(opening: within) }?.code == .fileMissing)
    }

    @Test func `rejects a folder`() {
        let failure = #expect(throws: Failure.self) { _ = try ReadableFile(opening: scratch.path) }
        #expect(failure?.code == .fileUnreadable)
        #expect(failure?.message.contains("is not a regular file") == true)
    }

    @Test func `rejects a pipe without waiting for its other end`() {
        let pipe = scratch.appending("pipe")
        #expect(mkfifo(pipe.string, 0o600) == 0)
        let failure = #expect(throws: Failure.self) { _ = try ReadableFile(opening: pipe) }
        #expect(failure?.code == .fileUnreadable)
    }

    @Test func `rejects a device`() {
        let failure = #expect(throws: Failure.self) { _ = try ReadableFile(opening: "/dev/zero") }
        #expect(failure?.code == .fileUnreadable)
    }

    @Test func `follows or rejects a link`() throws {
        let link = scratch.appending("link")
        #expect(symlink(try scratch.write([1, 2], to: "file").string, link.string) == 0)
        #expect(try ReadableFile.contents(of: link, limit: 2) == [1, 2])
        let failure = #expect(throws: Failure.self) { _ = try ReadableFile(opening: link, links: .rejected) }
        #expect(failure?.code == .fileUnreadable)
        #expect(failure?.message.contains("is a symbolic link") == true)
    }

    @Test func `detects a loop of links`() {
        let link = scratch.appending("link")
        #expect(symlink("link", link.string) == 0)
        let failure = #expect(throws: Failure.self) { _ = try ReadableFile(opening: link) }
        #expect(failure?.code == .fileUnreadable)
        #expect(failure?.message.contains("is a symbolic link") == false)
    }

    @Test func `reports missing permission to read a file`() throws {
        let file = try scratch.write([1], to: "secret")
        #expect(chmod(file.string, 0) == 0)
        var failure: Failure?
        let isTried = withoutPrivileges {
            do throws(Failure) { _ = try ReadableFile(opening: file) } catch { failure = error }
        }
        try #require(isTried)
        #expect(failure?.code == .fileUnreadable)
        #expect(failure?.message.contains("permission denied") == true)
    }

    @Test("reads a small file up to a limit", arguments: [(3, true), (4, true), (2, false), (0, false)])
    func limit(limit: Int, isRead: Bool) throws {
        let file = try scratch.write([1, 2, 3], to: "file")
        let bytes = try? ReadableFile.contents(of: file, limit: limit)
        #expect(bytes == (isRead ? [1, 2, 3] : nil))
    }
}
