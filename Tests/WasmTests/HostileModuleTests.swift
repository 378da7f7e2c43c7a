import TestSupport
import Testing
import Wasm

@Suite struct HostileModuleTests {
    private static let plugin = "wasm/header-authorization/plugin.wasm"

    /// Returns whether a module is rejected: its sections cannot be read, or an engine would reject it.
    private func isRejected(_ bytes: [UInt8]) -> Bool {
        guard let module = try? readModule(bytes) else { return true }
        return module.problems.contains { [.invalid, .segmentOutOfBounds].contains($0.kind) }
    }

    @Test(
        "rejects a module that is truncated at any place",
        arguments: [try Fixtures.bytes(plugin), ModuleTests.everything.bytes]
    )
    func truncation(bytes: [UInt8]) throws {
        #expect(!isRejected(bytes))
        // A module may end after a section, unless a required section is missing.
        let ends = Set(try readModule(bytes).outline.sections.map { $0.offset + $0.size } + [8])
        for count in 0..<bytes.count {
            let isRejected = isRejected(Array(bytes.prefix(count)))
            #expect(isRejected || ends.contains(count), "\(count) bytes of it")
        }
    }

    @Test(
        "does not crash on any mutation",
        arguments: [try Fixtures.bytes(plugin), ModuleTests.everything.bytes]
    )
    func mutation(bytes original: [UInt8]) {
        var random = SeededGenerator(seed: 20)
        var rejected = 0
        for _ in 0..<4_000 {
            if isRejected(original.mutated(&random)) { rejected += 1 }
        }
        #expect(rejected > 1_000)
    }

    @Test(
        "does not allocate memory for a false count",
        arguments: SparseModule.counted
    )
    func counts(id: UInt8) throws {
        let hostile = SparseModule.falseCount(inSection: id)
        let module = try readModule(size: hostile.size) { hostile.read($0, $1) }
        #expect(module.problems.contains { [.invalid, .segmentOutOfBounds].contains($0.kind) })
        hostile.expectLittleReading()
    }

    @Test func `reads a module of 256 MiB in pieces, and skips its content`() throws {
        let (large, content) = SparseModule.largest()
        let module = try readModule(size: large.size) { large.read($0, $1) }
        #expect(module.problems == [])
        #expect(module.customSections.map(\.size) == [content])
        large.expectLittleReading()
    }

    @Test func `skips names of several megabytes`() throws {
        for hostile in SparseModule.longNames() {
            let module = try readModule(size: hostile.size) { hostile.read($0, $1) }
            #expect(module.problems.map(\.kind) == [.notJudged])
            hostile.expectLittleReading()
        }
    }

    @Test func `limits the number of types in memory`() throws {
        // Equal types count once, so each has its number in the first parameters.
        let different = (0..<2001).map { number in
            function((0..<1000).map { $0 < 11 && number >> $0 & 1 == 1 ? i64 : i32 })
        }
        let types = vector([function(), function([i32], [i32])] + different)
        let module = try PluginBytes([1: types]).read()
        #expect(
            module.problems.contains { $0.kind == .notJudged && $0.message.contains("too many types") }
        )
    }

    @Test func `limits the length of a constant expression`() throws {
        let value = [UInt8]([[UInt8]](repeating: [0x41, 0], count: 100_001).joined())
        let module = try PluginBytes([6: vector([[i32, 0] + value + [0x0B]])]).read()
        #expect(module.problems.map(\.kind) == [.notJudged])
    }

    @Test func `shows a module's text without control characters`() throws {
        let module = try PluginBytes.hostileText.read()
        #expect(!module.problems.isEmpty)
        PluginBytes.expectHarmless(module.problems.map(\.message))
    }
}
