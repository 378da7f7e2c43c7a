import Diagnostics
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import HostSystem

/// What killed processes left behind is removed by the next one; what others use is not.
@Suite(.timeLimit(.minutes(5)))
struct LeftoverTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    /// Creates a folder or a file, and locks it in another process until the result is freed.
    private func held(_ path: FilePath) throws -> RunningTool {
        let script = """
            import fcntl, os, sys
            fcntl.flock(os.open(sys.argv[1], os.O_RDONLY), fcntl.LOCK_EX)
            print('locked', flush=True)
            sys.stdin.read()
            """
        let tool = try RunningTool(Python.path, ["-c", script, path.string])
        try #require(tool.firstOutput() != nil)
        return tool
    }

    private static let folder = "wasmpack-0123456789abc.tmp"
    private static let output = ".wasmpack-output-1y2z.tmp"

    @Test func `removes temporary folders without an owner, and no others`() throws {
        let others = [
            "wasmpack-backup", "wasmpack-Xy12Zw", "wasmpack-notes.tmp", "wasmpack-0123456789abcd.tmp",
            "wasmpack-0123456789ab-.tmp", "wasmpack", "notes",
        ]
        for name in others + [Self.folder] { try scratch.write([1], to: "\(name)/file") }
        try scratch.write([1], to: "target/file")
        #expect(
            symlink(
                scratch.appending("target").string,
                scratch.appending("wasmpack-1123456789abc.tmp").string
            ) == 0
        )
        try scratch.write([1], to: "wasmpack-2123456789abc.tmp")
        do {
            let folder = try TemporaryDirectory(in: scratch.path)
            #expect(Directory.exists(folder.path))
            #expect(Directory.type(of: scratch.appending(Self.folder)) == nil)
            // A folder in use stays, in this process and in another one.
            let second = try TemporaryDirectory(in: scratch.path)
            #expect(Directory.exists(folder.path) && Directory.exists(second.path))
        }
        let names = try Directory.names(in: scratch.path)
        #expect(
            names
                == (others + ["target", "wasmpack-1123456789abc.tmp", "wasmpack-2123456789abc.tmp"]).sorted()
        )
    }

    @Test func `folders and outputs that are made at the same moment do not remove each other`() async throws
    {
        let parent = scratch.path
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for round in 0..<40 {
                        let folder = try TemporaryDirectory(in: parent)
                        let file = try OutputFile(at: parent.appending("\(task) \(round)"))
                        try TemporaryFile.write([1], to: folder.path.appending("file"))
                        try file.commit()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try Directory.names(in: parent).count == 320)
    }

    @Test func `keeps a temporary folder as long as another process holds it`() throws {
        let path = scratch.appending(Self.folder)
        try scratch.write([1], to: "\(Self.folder)/file")
        let owner = try held(path)
        _ = try TemporaryDirectory(in: scratch.path)
        #expect(try tree(path) == ["file"])
        owner.stop()
        _ = try TemporaryDirectory(in: scratch.path)
        #expect(try tree(scratch.path) == [])
    }

    @Test func `removes unfinished outputs without an owner, and no others`() throws {
        let others = [".wasmpack-1y2z.tmp", ".wasmpack-secret-1y2z.tmp", ".wasmpack-output-notes", "x.tmp"]
        for name in others + [Self.output] { try scratch.write([1], to: name) }
        let running = try OutputFile(at: scratch.appending("one"))
        let held = try held(scratch.write([1], to: ".wasmpack-output-3.tmp"))
        let file = try OutputFile(at: scratch.appending("two"))
        #expect(Directory.type(of: scratch.appending(Self.output)) == nil)
        #expect(Directory.type(of: scratch.appending(".wasmpack-output-3.tmp")) == .regular)
        try running.commit()
        try file.commit()
        held.stop()
        try OutputFile(at: scratch.appending("two")).commit()
        #expect(try tree(scratch.path) == (others + ["one", "two"]).sorted())
    }

    @Test(.enabled(if: geteuid() == 0, "only root can make files of other users"))
    func `keeps what belongs to another user`() throws {
        try scratch.write([1], to: "\(Self.folder)/file")
        try scratch.write([1], to: Self.output)
        for name in [Self.folder, Self.output] {
            #expect(chown(scratch.appending(name).string, 65534, 65534) == 0)
        }
        _ = try TemporaryDirectory(in: scratch.path)
        try OutputFile(at: scratch.appending("new")).commit()
        #expect(try tree(scratch.path) == [Self.output, "new", Self.folder, "\(Self.folder)/file"].sorted())
    }

    @Test func `a lazy folder is created with its first use, once`() throws {
        let lazy = LazyTemporaryDirectory()
        let path = try lazy.path()
        #expect(Directory.exists(path))
        #expect(try lazy.path() == path)
    }
}
