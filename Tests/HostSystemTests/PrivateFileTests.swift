import Diagnostics
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

@Suite(.timed, .timeLimit(.minutes(5)))
struct PrivateFileTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private func file(_ name: String) -> PrivateFile {
        PrivateFile(at: scratch.path.pushing(FilePath(name)), limit: 1000)
    }

    /// Writes a text, replacing any content.
    private func write(_ text: String, to name: String) async throws(Failure) {
        try await file(name).change { (_) throws(Failure) in Array(text.utf8) }
    }

    private func mode(_ name: String) throws -> CInt {
        CInt(try scratch.path.pushing(FilePath(name)).stat(followTargetSymlink: false).permissions.rawValue)
    }

    @Test func `only the owner can access a new file and its new folders`() async throws {
        try await write("new", to: "a/b/config.json")
        #expect(try mode("a/b/config.json") == 0o600)
        #expect(try mode("a/b") == 0o700)
        #expect(try mode("a") == 0o700)
        #expect(try tree(scratch.path) == ["a", "a/b", "a/b/config.json"])
    }

    @Test func `passes the content to the body, and nil keeps the file`() async throws {
        var seen: [[UInt8]?] = []
        try await file("config.json").change {
            seen.append($0); return nil
        }
        #expect(try tree(scratch.path) == [])
        try await write("one", to: "config.json")
        let before = try scratch.appending("config.json").stat().inode
        try await file("config.json").change {
            seen.append($0); return nil
        }
        #expect(seen == [nil, Array("one".utf8)])
        #expect(try scratch.appending("config.json").stat().inode == before)
    }

    @Test("an existing file keeps its permissions", arguments: [0o600, 0o640, 0o644, 0o400] as [mode_t])
    func permissions(mode: mode_t) async throws {
        let path = try scratch.write(Array("old".utf8), to: "config.json")
        #expect(chmod(path.string, mode) == 0)
        try await write("new", to: "config.json")
        #expect(try self.mode("config.json") == CInt(mode))
        #expect(try contents(of: path) == Array("new".utf8))
        #expect(file("config.json").isShared == (mode & 0o044 != 0))
    }

    @Test(.enabled(if: geteuid() == 0, "only root may change the owner"))
    func `an existing file keeps its owner and group`() async throws {
        let path = try scratch.write(Array("old".utf8), to: "config.json")
        #expect(chown(path.string, 1234, 2345) == 0)
        #expect(chmod(path.string, 0o640) == 0)
        try await write("new", to: "config.json")
        #expect(try path.stat().userID.rawValue == 1234)
        #expect(try path.stat().groupID.rawValue == 2345)
        #expect(try mode("config.json") == 0o640)
    }

    @Test(.enabled(if: geteuid() == 0, "needs a file of another user"))
    func `only the owner can read a new file if the old owner cannot be kept`() throws {
        let path = try scratch.write(Array("old".utf8), to: "config.json")
        #expect(chmod(path.string, 0o644) == 0)
        #expect(chmod(scratch.path.string, 0o777) == 0)
        var failure: Failure?
        let isTried = withoutPrivileges {
            do throws(Failure) {
                try file("config.json").replace(path, isLocked: false) { (_) throws(Failure) in
                    Array("new".utf8)
                }
            } catch {
                failure = error
            }
        }
        try #require(isTried)
        #expect(failure == nil)
        #expect(try contents(of: path) == Array("new".utf8))
        #expect(try mode("config.json") == 0o600)
    }

    @Test func `keeps a symbolic link and replaces its target`() async throws {
        try scratch.write(Array("old".utf8), to: "dotfiles/docker.json")
        try scratch.write([], to: "home/other")
        #expect(symlink("../dotfiles/link", scratch.path.pushing("home/config.json").string) == 0)
        #expect(symlink("docker.json", scratch.path.pushing("dotfiles/link").string) == 0)
        try await write("new", to: "home/config.json")
        #expect(try contents(of: scratch.path.pushing("dotfiles/docker.json")) == Array("new".utf8))
        #expect(
            try scratch.path.pushing("home/config.json").stat(followTargetSymlink: false).type
                == .symbolicLink
        )
        #expect(
            try scratch.path.pushing("dotfiles/link").stat(followTargetSymlink: false).type == .symbolicLink
        )
        #expect(
            try tree(scratch.path) == [
                "dotfiles", "dotfiles/docker.json", "dotfiles/link", "home", "home/config.json", "home/other",
            ]
        )
    }

    @Test func `creates the target of a dangling link if its folder exists`() async throws {
        try scratch.write([], to: "dotfiles/other")
        #expect(symlink("dotfiles/docker.json", scratch.appending("config.json").string) == 0)
        try await write("new", to: "config.json")
        #expect(try contents(of: scratch.path.pushing("dotfiles/docker.json")) == Array("new".utf8))
        #expect(try mode("dotfiles/docker.json") == 0o600)
        #expect(symlink("unmounted/docker.json", scratch.appending("second.json").string) == 0)
        let failure = await #expect(throws: Failure.self) { try await write("new", to: "second.json") }
        #expect(failure?.code == .fileUnwritable)
        #expect(try !tree(scratch.path).contains("unmounted"))
    }

    @Test func `rejects a loop of links`() async throws {
        #expect(symlink("b", scratch.appending("a").string) == 0)
        #expect(symlink("a", scratch.appending("b").string) == 0)
        let circle = await #expect(throws: Failure.self) { try await write("new", to: "a") }
        #expect(circle?.code == .fileUnreadable)
    }

    @Test func `an error keeps the file unchanged`() async throws {
        let path = try scratch.write(Array("old".utf8), to: "config.json")
        let failure = await #expect(throws: Failure.self) {
            try await file("config.json").change { (_) throws(Failure) in throw Failure(.usage, "no") }
        }
        #expect(failure?.code == .usage)
        try scratch.write([UInt8](repeating: 1, count: 1001), to: "large")
        let tooLarge = await #expect(throws: Failure.self) { try await write("new", to: "large") }
        #expect(tooLarge?.code == .fileUnreadable)
        try scratch.write([], to: "folder/file")
        let folder = await #expect(throws: Failure.self) { try await write("new", to: "folder") }
        #expect(folder?.code == .fileUnreadable)
        #expect(try contents(of: path) == Array("old".utf8))
        #expect(try tree(scratch.path) == ["config.json", "folder", "folder/file", "large"])
    }

    @Test func `a full disk keeps the file unchanged`() async throws {
        guard let disk = try SmallFileSystem() else {
            try Test.cancel("this system does not allow unprivileged mounts")
        }
        let file = PrivateFile(at: disk.path.appending("config.json"), limit: 1_000_000)
        try await file.change { (_) throws(Failure) in Array("old".utf8) }
        let failure = await #expect(throws: Failure.self) {
            try await file.change { (_) throws(Failure) in [UInt8](repeating: 1, count: 100_000) }
        }
        #expect(failure?.code == .diskFull)
        #expect(try file.contents() == Array("old".utf8))
        #expect(try tree(disk.path) == ["config.json"])
    }

    @Test func `removes only the files of killed processes`() async throws {
        try scratch.write([], to: ".wasmpack-secret-1a2b.tmp")
        try scratch.write([], to: ".wasmpack-1a2b.tmp")
        try scratch.write([], to: ".wasmpack-secret-note")
        try await write("new", to: "config.json")
        #expect(try tree(scratch.path) == [".wasmpack-1a2b.tmp", ".wasmpack-secret-note", "config.json"])
    }

    @Test func `only the owner can read the temporary file, even if the file is shared`() throws {
        let path = try scratch.write(Array("old".utf8), to: "config.json")
        #expect(chmod(path.string, 0o666) == 0)
        // The same folder, so that no other process removes files there during the check.
        let temporary = try TemporaryFile(in: scratch.path, for: .secret)
        #expect(try temporary.path.stat().permissions == .ownerReadWrite)
        #expect(TemporaryFile.isUnfinished(temporary.path.lastComponent?.string ?? ""))
    }

    @Test func `parallel changes lose nothing`() async throws {
        let file = file("counter")
        await withTaskGroup { group in
            for number in 0..<20 {
                group.addTask {
                    try? await file.change { ($0 ?? []) + [UInt8(number)] }
                }
            }
        }
        #expect(try file.contents()?.sorted() == Array(0..<20))
    }
}
