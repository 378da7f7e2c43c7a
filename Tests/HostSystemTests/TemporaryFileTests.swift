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
struct TemporaryFileTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private func write(_ text: String, to file: TemporaryFile) throws(Failure) {
        try Array(text.utf8).withUnsafeBytesTyped { bytes throws(Failure) in try file.write(bytes) }
    }

    @Test func `a process that exits removes files that something still holds`() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryDirectory()
            let file = try TemporaryFile(in: folder.path)
            TemporaryPaths.removeAll()
            let isGone = Directory.type(of: file.path) == nil && Directory.type(of: folder.path) == nil
            exit(isGone ? 0 : 1)
        }
    }

    @Test func `an output that another process took for a leftover is closed, and made again`() throws {
        var claimed: [(path: FilePath, descriptor: FileDescriptor)] = []
        let file = try TemporaryFile(in: scratch.path, for: .output) { path, descriptor in
            if let last = claimed.last {
                // The number may belong to another file by now.
                let open = try? last.descriptor.stat()
                let own = try? last.path.stat()
                #expect(open == nil || open?.inode != own?.inode || open?.deviceID != own?.deviceID)
            }
            claimed.append((path, descriptor))
            return claimed.count == 4
        }
        #expect(Set(claimed.map(\.path)).count == 4)
        #expect(file.path == claimed.last?.path)
    }

    @Test func `a file gets its name only when it is complete`() throws {
        let target = scratch.appending("result")
        let file = try TemporaryFile(in: scratch.path)
        try write("half ", to: file)
        #expect(try tree(scratch.path).count == 1)
        #expect(Directory.type(of: target) == nil)
        try write("and half", to: file)
        try file.move(to: target)
        #expect(file.path == target)
        #expect(try tree(scratch.path) == ["result"])
        #expect(try contents(of: target) == Array("half and half".utf8))
    }

    @Test func `removes a file that was not moved`() throws {
        do {
            let file = try TemporaryFile(in: scratch.path)
            try write("half", to: file)
            #expect(try tree(scratch.path).allSatisfy(TemporaryFile.isUnfinished))
        }
        #expect(try tree(scratch.path) == [])
    }

    @Test func `keeps a moved file`() throws {
        do {
            let file = try TemporaryFile(in: scratch.path)
            try file.move(to: scratch.appending("result"))
        }
        #expect(try tree(scratch.path) == ["result"])
    }

    @Test func `moving replaces a file or a link, not a link's target`() throws {
        let target = scratch.appending("result")
        let other = try scratch.write(Array("other".utf8), to: "other")
        #expect(symlink(other.string, target.string) == 0)
        try TemporaryFile.write(Array("new".utf8), to: target)
        #expect(try contents(of: target) == Array("new".utf8))
        #expect(try contents(of: other) == Array("other".utf8))
        try TemporaryFile.write(Array("newer".utf8), to: target)
        #expect(try contents(of: target) == Array("newer".utf8))
        #expect(try tree(scratch.path) == ["other", "result"])
    }

    @Test func `rejects writes and moves after a move`() throws {
        let file = try TemporaryFile(in: scratch.path)
        try file.move(to: scratch.appending("result"))
        #expect(#expect(throws: Failure.self) { try write("x", to: file) }?.code == .internalError)
        let again = #expect(throws: Failure.self) { try file.move(to: scratch.appending("again")) }
        #expect(again?.code == .internalError)
        #expect(try tree(scratch.path) == ["result"])
    }

    @Test func `the umask decides the permissions`() throws {
        let path = try TemporaryFile(in: scratch.path)
        let probe = try scratch.write([], to: "probe")
        // Any other file of this process has the same permissions, with any umask.
        #expect(try path.path.stat().permissions == probe.stat().permissions)
        #expect(try !path.path.stat().permissions.contains(.ownerExecute))
    }

    @Test func `a failed move leaves no file behind`() throws {
        try scratch.write([], to: "folder/file")
        do {
            let failure = #expect(throws: Failure.self) {
                try TemporaryFile.write([1], to: scratch.appending("folder"))
            }
            #expect(failure?.code == .fileUnwritable)
        }
        #expect(try tree(scratch.path) == ["folder", "folder/file"])
    }

    @Test func `names a missing folder`() throws {
        let failure = #expect(throws: Failure.self) {
            try TemporaryFile(in: scratch.appending("missing"))
        }
        #expect(failure?.code == .fileUnwritable)
        #expect(failure?.why?.contains("directory does not exist") == true)
        #expect(failure?.message.contains(scratch.appending("missing").string) == true)
    }

    @Test func `names a folder without permission to write`() throws {
        #expect(chmod(scratch.path.string, 0o555) == 0)
        var failure: Failure?
        let isTried = withoutPrivileges {
            do throws(Failure) { _ = try TemporaryFile(in: scratch.path) } catch { failure = error }
        }
        try #require(isTried)
        #expect(failure?.code == .fileUnwritable)
        #expect(failure?.why?.contains("no permission to write") == true)
        #expect(failure?.hints.isEmpty == false)
        #expect(chmod(scratch.path.string, 0o755) == 0)
        #expect(try tree(scratch.path) == [])
    }

    @Test func `reports a full disk and leaves nothing on it`() throws {
        guard let disk = try SmallFileSystem() else {
            try Test.cancel("this system does not allow unprivileged mounts")
        }
        do {
            let file = try TemporaryFile(in: disk.path)
            let bytes = [UInt8](repeating: 1, count: 100_000)
            let failure = #expect(throws: Failure.self) {
                try bytes.withUnsafeBytesTyped { bytes throws(Failure) in try file.write(bytes) }
            }
            #expect(failure?.code == .diskFull)
            #expect(failure?.message.contains(disk.path.string) == true)
            #expect(failure?.hints.isEmpty == false)
        }
        #expect(try tree(disk.path) == [])
        // The space is free again.
        try TemporaryFile.write([UInt8](repeating: 1, count: 30_000), to: disk.path.appending("file"))
    }

    static let names: [(name: String, isUnfinished: Bool, why: String)] = [
        (".wasmpack-1y2z.tmp", true, "as they are made"),
        (".wasmpack-.tmp", true, "the least"),
        (".wasmpack-config", false, "a file of the user"),
        ("plugin.tmp", false, "another program's"),
        ("wasmpack-1.tmp", false, "one that is seen"),
    ]

    @Test("recognizes unfinished files by their names", arguments: names)
    func unfinished(name: String, isUnfinished: Bool, why: String) {
        #expect(TemporaryFile.isUnfinished(name) == isUnfinished, "\(why)")
    }

    @Test(
        "the folder of a bare name is the current folder",
        arguments: [("a", "."), ("a/b", "a"), ("/a", "/")]
    )
    func folder(path: String, folder: String) {
        #expect(FilePath(path).directory == FilePath(folder))
    }
}
