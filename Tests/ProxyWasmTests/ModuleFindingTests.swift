import Diagnostics
import TestSupport
import Testing
import Wasm

@testable import ProxyWasm

/// Tests the findings for problems of the reader.
@Suite struct ModuleFindingTests {
    static let kinds:
        [(kind: ModuleProblem.Kind, id: String, severity: Finding.Severity, consumerMessage: String?)] =
            [
                (.invalid, "invalid-module", .error, "Failed to load Wasm bytecode"),
                (.segmentOutOfBounds, "segment-out-of-bounds", .error, "Failed to create new Wasm instance"),
                (.notJudged, "not-validated", .note, nil),
                (.unreadableSection, "custom-section-unreadable", .note, nil),
            ]

    @Test("each kind of problem has its finding, with Envoy's message", arguments: kinds)
    func finding(kind: ModuleProblem.Kind, id: String, severity: Finding.Severity, consumerMessage: String?)
        throws
    {
        let finding = Finding.problem(ModuleProblem(kind, "it is odd", at: 12))
        #expect(finding.id == id)
        #expect(finding.severity == severity)
        #expect(finding.consumerMessage == consumerMessage)
        #expect(finding.offset == 12)
        #expect(
            finding.message.hasPrefix(kind == .unreadableSection ? "it is odd" : "it is odd (at byte 12)")
        )
        #expect(finding.hints.isEmpty == (kind == .unreadableSection))
        #expect(Self.kinds.count == ModuleProblem.Kind.allCases.count)
    }

    @Test func `a corruption has Envoy's message`() {
        let finding = Finding.corrupted(Corruption(step: .parse, message: "it is odd", offset: 12))
        #expect(finding.id == "corrupted-module" && finding.severity == .error)
        #expect(finding.consumerMessage == "Failed to parse corrupted Wasm module")
        #expect(finding.message == "it is odd (at byte 12)" && finding.offset == 12)
    }

    @Test func `a problem belongs to the step at which Envoy fails`() throws {
        let check = ModuleCheck(
            try PluginBytes([5: [9], 7: vector([marker, export("malloc", 0, 1)])]).read()
        )
        #expect(check.firstError?.consumerMessage == "Failed to load Wasm bytecode")
        #expect(LoadStep(.invalid) == .compile && LoadStep(.segmentOutOfBounds) == .instantiate)
        #expect(LoadStep(.notJudged) == .run && LoadStep(.unreadableSection) == .run)
    }

    static let memories: [(changes: [UInt8: [UInt8]], phrase: String, why: String)] = [
        ([5: vector([[0] + unsigned(16_385)])], "16385 pages", "a page over 1 GiB"),
        ([5: vector([[4] + unsigned(262_144)])], "262144 pages", "64 bits"),
        ([5: vector([[0, 1], [0] + unsigned(65_536)])], "65536", "the second memory"),
        ([5: vector([[0] + unsigned(16_385), [0] + unsigned(16_386)])], "16385", "the first is reported"),
    ]

    @Test("reports a memory that is too large, with its offset", arguments: memories)
    func memory(changes: [UInt8: [UInt8]], phrase: String, why: String) throws {
        let plugin = PluginBytes(changes)
        let check = ModuleCheck(try plugin.read())
        #expect(check.ids == ["memory-too-large"], "\(why)")
        let finding = try #require(check.firstError, "\(why)")
        #expect(finding.severity == .error, "\(why)")
        #expect(finding.consumerMessage == "Failed to create new Wasm instance", "\(why)")
        #expect(finding.message.contains(phrase), "\(why): \(finding.message)")
        let offset = try #require(finding.offset, "\(why)")
        #expect(finding.message.hasSuffix(" (at byte \(offset))"), "\(why)")
        #expect(plugin.bytes[offset] == changes[5]?[1] ?? 0xFF, "\(why)")
    }

    @Test func `accepts a memory of 1 GiB`() throws {
        #expect(ModuleCheck(try PluginBytes([5: vector([[0] + unsigned(16_384)])]).read()).ids == [])
    }
}
