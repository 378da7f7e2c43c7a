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
            if isRejected(original.mutated(&random)) { rejected += 1 }
        }
        #expect(rejected > 250)
    }

    @Test(
        "a false count does not cause reading or allocation",
        arguments: SparseModule.counted
    )
    func counts(id: UInt8) throws {
        let hostile = SparseModule.falseCount(inSection: id)
        let module = try EnvoyReading(of: "plugin.wasm", size: hostile.size) { hostile.read($0, $1) }
        #expect(!ModuleCheck(module).errors.isEmpty)
        hostile.expectLittleReading()
    }

    @Test func `reads a module of 256 MiB in pieces and skips its content`() throws {
        let (large, content) = SparseModule.largest()
        let module = try EnvoyReading(of: "plugin.wasm", size: large.size) { large.read($0, $1) }
        #expect(module.corruptions == [] && module.module.problems == [])
        #expect(module.module.customSections.map(\.size) == [content])
        large.expectLittleReading()
    }

    @Test func `skips names of megabytes`() throws {
        for hostile in SparseModule.longNames() {
            let module = try EnvoyReading(of: "plugin.wasm", size: hostile.size) { hostile.read($0, $1) }
            #expect(ModuleCheck(module).ids.filter { $0 == "not-validated" } == ["not-validated"])
            hostile.expectLittleReading()
        }
    }

    @Test func `messages contain no control characters from the module`() throws {
        let findings = try ModuleCheck(PluginBytes.hostileText.read()).findings
        #expect(findings.count > 1)
        PluginBytes.expectHarmless(findings.map(\.message))
    }
}
