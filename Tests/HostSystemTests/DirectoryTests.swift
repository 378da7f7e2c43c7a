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
struct DirectoryTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    @Test func `creates folders with their parents, also repeatedly`() throws {
        let path = scratch.path.pushing("a/b/c")
        try Directory.create(path)
        try Directory.create(path)
        #expect(Directory.exists(path))
        try Directory.create("")
        try Directory.create("/")
    }

    @Test func `many tasks can create the same folders in parallel`() async throws {
        for round in 0..<20 {
            let path = scratch.path.pushing(FilePath("\(round)/a/b/c/d"))
            try await withThrowingTaskGroup { group in
                for _ in 0..<8 { group.addTask { try Directory.create(path) } }
                try await group.waitForAll()
            }
            #expect(Directory.exists(path))
        }
    }

    @Test func `does not replace a file by a folder`() throws {
        try scratch.write([], to: "file")
        for name in ["file", "file/folder"] {
            let failure = #expect(throws: Failure.self) {
                try Directory.create(scratch.path.pushing(FilePath(name)))
            }
            #expect(failure?.code == .fileUnwritable)
        }
    }

    @Test func `lists sorted names without dots`() throws {
        for name in ["b", "a", ".hidden", "c/d"] { try scratch.write([], to: name) }
        #expect(try Directory.names(in: scratch.path) == [".hidden", "a", "b", "c"])
        let missing = #expect(throws: Failure.self) { try Directory.names(in: scratch.appending("missing")) }
        #expect(missing?.code == .fileMissing)
    }

    @Test func `removes a file if it exists`() throws {
        let file = try scratch.write([], to: "file")
        try Directory.remove(file: file)
        try Directory.remove(file: file)
        #expect(Directory.type(of: file) == nil)
        let failure = #expect(throws: Failure.self) { try Directory.remove(file: scratch.path) }
        #expect(failure?.code == .fileUnwritable)
    }

    @Test func `removes a link, not its target`() throws {
        let file = try scratch.write([], to: "file")
        #expect(symlink(file.string, scratch.appending("link").string) == 0)
        try Directory.remove(file: scratch.appending("link"))
        #expect(try tree(scratch.path) == ["file"])
    }

    @Test func `removes a dangling link`() throws {
        #expect(symlink("nowhere", scratch.appending("link").string) == 0)
        try Directory.remove(file: scratch.appending("link"))
        #expect(try tree(scratch.path) == [])
    }

    @Test func `only this user can access a temporary folder, which is removed with its files`() throws {
        let path: FilePath
        do {
            let folder = try TemporaryDirectory()
            path = folder.path
            #expect(try path.stat().permissions == [.ownerReadWriteExecute])
            try TemporaryFile.write([1], to: path.appending("file"))
        }
        #expect(Directory.type(of: path) == nil)
    }
}
