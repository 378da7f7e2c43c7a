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

/// Each way in which a file gets a new content, with the system's notifications and without.
@Suite(.timeLimit(.minutes(2)))
struct FileWatchTests {
    private let scratch: ScratchDirectory
    private var path: FilePath { scratch.appending("folder").appending("plugin.wasm") }

    init() throws {
        scratch = try ScratchDirectory()
        try Directory.create(scratch.appending("folder"))
        try write("first")
    }

    private func write(_ text: String, to path: FilePath? = nil) throws {
        let file = try FileDescriptor.open(
            path ?? self.path,
            .writeOnly,
            options: [.create, .truncate],
            permissions: .ownerReadWrite
        )
        try file.closeAfter { _ = try file.writeAll(text.utf8) }
    }

    private func text() -> String? {
        (try? ReadableFile.contents(of: path, limit: 100)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Waits until a watch has reported a change at which the file has this text.
    private func expect(_ expected: String?, _ watch: FileWatch, after change: () throws -> Void) async throws
    {
        try change()
        for await _ in watch.changes where text() == expected { return }
        Issue.record("no change to \(expected ?? "no file")")
    }

    @Test("reports a rename, a write in place, and a folder that is created again", arguments: [true, false])
    func changes(usesNotifications: Bool) async throws {
        let watch = FileWatch(path, usesNotifications: usesNotifications)
        let other = scratch.appending("folder").appending("other")
        try await expect("by a rename", watch) {
            try write("by a rename", to: other)
            try rename(other, to: path)
        }
        try await expect("in its place", watch) { try write("in its place") }
        try await expect("in a new folder", watch) {
            try removeFile(path)
            try removeDirectory(path.directory)
            try Directory.create(path.directory)
            try write("in a new folder")
        }
        // The watch of the new folder.
        try await expect("once more", watch) { try write("once more") }
    }

    @Test("reports that the file was removed or renamed, and that it is back", arguments: [true, false])
    func removal(usesNotifications: Bool) async throws {
        let watch = FileWatch(path, usesNotifications: usesNotifications)
        try await expect(nil, watch) { try removeFile(path) }
        try await expect("back", watch) { try write("back") }
        try await expect(nil, watch) { try rename(path, to: path.directory.appending("away")) }
    }

    @Test("reports another target of a link, and a change of the target", arguments: [true, false])
    func link(usesNotifications: Bool) async throws {
        let (one, two) = (scratch.appending("one"), scratch.appending("two"))
        try write("one", to: one)
        try write("two", to: two)
        try removeFile(path)
        try symbolicLink(one, at: path)
        let watch = FileWatch(path, usesNotifications: usesNotifications)
        try await expect("one again", watch) { try write("one again", to: one) }
        try await expect("two", watch) {
            try removeFile(path)
            try symbolicLink(two, at: path)
        }
        try await expect("two again", watch) { try write("two again", to: two) }
    }

    private func symbolicLink(_ target: FilePath, at path: FilePath) throws {
        let result = target.withPlatformString { target in path.withPlatformString { symlink(target, $0) } }
        try #require(result == 0)
    }

    #if os(Linux)
        @Test func `reports a file only when it is complete`() async throws {
            let other = scratch.appending("folder").appending("other")
            let (watch, otherWatch) = (FileWatch(path), FileWatch(other))
            let path = path
            let observer = Task {
                var seen: [String?] = []
                for await _ in watch.changes {
                    let text = (try? ReadableFile.contents(of: path, limit: 100)).map {
                        String(decoding: $0, as: UTF8.self)
                    }
                    seen.append(text)
                    if text == "the whole" { return seen }
                }
                return seen
            }
            let file = try FileDescriptor.open(path, .writeOnly, options: [.truncate])
            try file.writeAll("the ".utf8)
            // A change that is reported meanwhile.
            try write("x", to: other)
            for await _ in otherWatch.changes { break }
            try file.writeAll("whole".utf8)
            try file.close()
            #expect(await observer.value == ["the whole"])
        }
    #endif
}
