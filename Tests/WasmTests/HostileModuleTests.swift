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
        var refused = 0
        for _ in 0..<4_000 {
            var bytes = original
            for _ in 0...random.next(below: 4) {
                let place = 8 + random.next(below: bytes.count - 8)
                switch random.next(below: 4) {
                case 0: bytes[place] ^= 1 << UInt8(random.next(below: 8))
                case 1: bytes[place] = [0, 0x7F, 0x80, 0xFF][random.next(below: 4)]
                case 2: bytes.insert(UInt8(random.next(below: 256)), at: place)
                default: bytes.remove(at: place)
                }
            }
            if isRejected(bytes) { refused += 1 }
        }
        #expect(refused > 1_000)
    }

    @Test(
        "does not allocate memory for a false count",
        arguments: [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 13] as [UInt8]
    )
    func counts(id: UInt8) throws {
        // A section that declares almost 256 MiB, in a file without that content.
        let size = 256 << 20
        let content = size - 13
        let start: [UInt8] =
            [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0, id] + unsigned(content) + unsigned(content - 4)
        var fetched = 0
        let module = try readModule(size: size) { offset, count in
            fetched += 1
            #expect(count <= 64 * 1024)
            return Array(start.dropFirst(offset).prefix(count))
        }
        #expect(module.problems.contains { [.invalid, .segmentOutOfBounds].contains($0.kind) })
        #expect(fetched < 10)
    }

    @Test func `reads a module of 256 MiB in pieces, and skips its code`() throws {
        // One custom section of almost the whole size.
        let size = 256 << 20
        let plugin = PluginBytes().bytes
        let content = size - plugin.count - 5
        let bytes = plugin + [0] + unsigned(content) + name("a")
        var sum = 0
        let module = try readModule(size: size) { offset, count in
            let piece = Array(bytes.dropFirst(offset).prefix(count))
            sum += count
            #expect(count <= 64 * 1024)
            return piece + [UInt8](repeating: 0, count: min(count, size - offset) - piece.count)
        }
        #expect(module.problems == [])
        #expect(module.customSections.map(\.size) == [content - 2])
        #expect(sum < 1 << 20)
    }

    @Test func `skips names of several megabytes`() throws {
        let size = 64 << 20
        let length = unsigned(10 << 20)
        // An import's module name, and a custom section's name, of zeros.
        let starts: [[UInt8]] = [
            [2] + unsigned(size - 13) + [1] + length, [0] + unsigned(size - 13) + length,
        ]
        for start in starts {
            let bytes: [UInt8] = [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0] + start
            var sum = 0
            let module = try readModule(size: size) { offset, count in
                sum += count
                let piece = Array(bytes.dropFirst(offset).prefix(count))
                return piece + [UInt8](repeating: 0xFF, count: min(count, size - offset) - piece.count)
            }
            #expect(module.problems.map(\.kind) == [.notJudged])
            #expect(sum < 1 << 20)
        }
    }

    @Test func `limits the number of types in memory`() throws {
        let type = function([UInt8](repeating: i32, count: 1000))
        let types = vector([function(), function([i32], [i32])] + [[UInt8]](repeating: type, count: 2001))
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
        let title = "\u{1B}[2J\u{202E}" + String(repeating: "x", count: 500)
        let module = try PluginBytes(
            [7: vector([marker, export(title, 0, 9)])],
            rest: custom("producers", [])
        ).read()
        #expect(!module.problems.isEmpty)
        for problem in module.problems {
            #expect(problem.message.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202E })
            #expect(problem.message.utf8.count < 400)
        }
    }
}
