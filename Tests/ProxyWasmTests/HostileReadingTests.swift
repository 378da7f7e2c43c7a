import Diagnostics
import TestSupport
import Testing
import Wasm

@testable import ProxyWasm

@Suite struct HostileReadingTests {
    private static let plugin = "wasm/header-authorization/plugin.wasm"

    /// Returns whether a module is rejected: it cannot be read, or the engine would reject it.
    private func isRejected(_ bytes: [UInt8]) -> Bool {
        guard let reading = try? readModule(bytes) else { return true }
        return !ModuleCheck(reading).errors.isEmpty
    }

    @Test(
        "no mutation makes the reader trap",
        arguments: [plugin, "wasm/tiny/abi-0.2.1.wasm"]
    )
    func mutation(file: String) throws {
        let original = try Fixtures.bytes(file)
        var random = SeededGenerator(seed: 20)
        var rejected = 0
        for _ in 0..<1_000 {
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
            if isRejected(bytes) { rejected += 1 }
        }
        #expect(rejected > 250)
    }

    @Test(
        "a false count does not cause reading or allocation",
        arguments: [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 13] as [UInt8]
    )
    func counts(id: UInt8) throws {
        // A section with a declared size of almost 256 MiB, in a file without its content.
        let size = ModuleOutline.sizeLimit
        let content = size - 13
        let start: [UInt8] =
            [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0, id] + unsigned(content) + unsigned(content - 4)
        var fetched = 0
        let module = try EnvoyReading(of: "plugin.wasm", size: size) { offset, count in
            fetched += 1
            #expect(count <= 64 * 1024)
            return Array(start.dropFirst(offset).prefix(count))
        }
        #expect(!ModuleCheck(module).errors.isEmpty)
        #expect(fetched < 10)
    }

    @Test func `reads a module of 256 MiB in pieces and skips its content`() throws {
        // One custom section of almost the whole size.
        let size = ModuleOutline.sizeLimit
        let plugin = PluginBytes().bytes
        let content = size - plugin.count - 5
        let bytes = plugin + [0] + unsigned(content) + name("a")
        var sum = 0
        let module = try EnvoyReading(of: "plugin.wasm", size: size) { offset, count in
            let piece = Array(bytes.dropFirst(offset).prefix(count))
            sum += count
            #expect(count <= 64 * 1024)
            return piece + [UInt8](repeating: 0, count: min(count, size - offset) - piece.count)
        }
        #expect(module.corruptions == [] && module.module.problems == [])
        #expect(module.module.customSections.map(\.size) == [content - 2])
        #expect(sum < 1 << 20)
    }

    @Test func `skips names of megabytes`() throws {
        let size = 64 << 20
        let length = unsigned(10 << 20)
        // An import's module name, and a custom section's name, of zeros.
        let starts: [[UInt8]] = [
            [2] + unsigned(size - 13) + [1] + length, [0] + unsigned(size - 13) + length,
        ]
        for start in starts {
            let bytes: [UInt8] = [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0] + start
            var sum = 0
            let module = try EnvoyReading(of: "plugin.wasm", size: size) { offset, count in
                sum += count
                let piece = Array(bytes.dropFirst(offset).prefix(count))
                return piece + [UInt8](repeating: 0xFF, count: min(count, size - offset) - piece.count)
            }
            #expect(ModuleCheck(module).ids.filter { $0 == "not-validated" } == ["not-validated"])
            #expect(sum < 1 << 20)
        }
    }

    @Test func `messages contain no control characters from the module`() throws {
        let title = "\u{1B}[2J\u{202E}" + String(repeating: "x", count: 500)
        let module = try PluginBytes(
            [7: vector([marker, export(title, 0, 9)])],
            rest: custom("producers", [])
        ).read()
        let findings = ModuleCheck(module).findings
        #expect(findings.count > 2)
        for problem in findings {
            #expect(problem.message.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202E })
            #expect(problem.message.utf8.count < 400)
        }
    }
}
