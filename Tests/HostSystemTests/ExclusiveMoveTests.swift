import Diagnostics
import SystemPackage
import TestSupport
import Testing

@testable import HostSystem

/// A new file is never replaced by another one that is finished at the same moment.
@Suite(.timeLimit(.minutes(5)))
struct ExclusiveMoveTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private func moving(_ source: FilePath, to target: FilePath, bySystemCall: Bool) throws -> Bool {
        do {
            if bySystemCall {
                try #require(try moveExclusively(source, to: target), "this file system has no such call")
            } else {
                try renameExclusively(source, to: target)
            }
            return true
        } catch Errno.fileExists {
            return false
        }
    }

    @Test("exactly one of many simultaneous moves to a new name wins", arguments: [false, true])
    func race(bySystemCall: Bool) async throws {
        for round in 0..<20 {
            let target = scratch.appending("new \(round)")
            let winners = try await withThrowingTaskGroup(of: Int?.self) { group in
                for number in 0..<8 {
                    let source = try scratch.write([UInt8(number)], to: "\(number)")
                    group.addTask {
                        try moving(source, to: target, bySystemCall: bySystemCall) ? number : nil
                    }
                }
                return try await group.reduce(into: [Int]()) { all, one in if let one { all.append(one) } }
            }
            let winner = try #require(winners.first)
            #expect(winners.count == 1)
            #expect(try contents(of: target) == [UInt8(winner)])
        }
    }

    static let taken: [(make: @Sendable (ScratchDirectory) throws -> Void, why: String)] = [
        ({ try $0.write([1], to: "taken") }, "a file"),
        ({ try $0.write([1], to: "taken/file") }, "a folder"),
        ({ #expect(symlink("nowhere", $0.appending("taken").string) == 0) }, "a dangling link"),
    ]

    @Test("never replaces what has the name", arguments: taken.indices, [false, true])
    func rejection(number: Int, bySystemCall: Bool) throws {
        let (make, why) = Self.taken[number]
        try make(scratch)
        let source = try scratch.write([2], to: "source")
        let before = try tree(scratch.path)
        #expect(
            try !moving(source, to: scratch.appending("taken"), bySystemCall: bySystemCall),
            "\(why)"
        )
        #expect(try tree(scratch.path) == before)
    }

    @Test func `an output that may not replace a file loses against one that came first`() throws {
        let first = try OutputFile(at: scratch.appending("result"))
        let second = try OutputFile(at: scratch.appending("result"))
        let same = try OutputFile(at: scratch.appending("result"))
        for (file, text) in [(first, "one"), (second, "two"), (same, "one")] {
            try Array(text.utf8).withUnsafeBytesTyped { bytes throws(Failure) in try file.write(bytes) }
        }
        #expect(try first.commit(replacing: false) == .written)
        let failure = #expect(throws: Failure.self) { try second.commit(replacing: false) }
        #expect(failure?.code == .fileExists)
        #expect(try same.commit(replacing: false) == .unchanged)
        #expect(try contents(of: scratch.appending("result")) == Array("one".utf8))
    }

    @Test func `a closed file can still be moved`() throws {
        let file = try TemporaryFile(in: scratch.path)
        try [1, 2].withUnsafeBytesTyped { bytes throws(Failure) in try file.write(bytes) }
        file.close()
        #expect(throws: Failure.self) {
            try [3].withUnsafeBytesTyped { bytes throws(Failure) in try file.write(bytes) }
        }
        #expect(try file.move(toNew: scratch.appending("new")))
        #expect(try contents(of: scratch.appending("new")) == [1, 2])
        #expect(try tree(scratch.path) == ["new"])
    }
}

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
