import Foundation
import TestSupport
import Testing
import WasmMutation

@testable import Wasm

/// Each rule of validation has modules that obey it and modules that break it: Tests/Support/modules_bodies.py.
///
/// A real Envoy's verdicts on them are recorded, and wasm-tools judges them in `SecondOpinionTests`.
@Suite(.timed, .timeLimit(.minutes(5))) struct BodyRuleTests {
    private func modules(_ kind: String) async throws -> [(name: String, module: Module)] {
        try await JudgedModules.shared.value.corpus.filter {
            ($0.name.hasPrefix("rule-") || $0.name.hasPrefix("engine-")) && $0.name.contains("-\(kind)")
        }.map { ($0.name, try readModule([UInt8](try Data(contentsOf: URL(filePath: $0.path))))) }
    }

    @Test func `accepts the modules that obey a rule, and validates their bodies`() async throws {
        let modules = try await modules("obeyed")
        #expect(modules.count >= 130)
        for (name, module) in modules {
            #expect(module.problems == [], "\(name)")
            #expect(module.bodiesAreValidated, "\(name)")
        }
    }

    @Test func `rejects the modules that break a rule, with the function and the offset`() async throws {
        let modules = try await modules("broken")
        #expect(modules.count >= 170)
        for (name, module) in modules {
            let problem = try #require(module.problems.first, "\(name)")
            #expect(problem.kind == .invalid, "\(name)")
            #expect(problem.function == 2, "\(name): \(problem)")
            let code = try #require(module.outline.sections.first { $0.id == 10 })
            #expect((code.offset...code.offset + code.size).contains(problem.offset), "\(name): \(problem)")
        }
    }

    @Test(
        "each kind of instruction has modules that obey its rule, and modules that break it",
        arguments: ["obeyed", "broken"]
    )
    func completeness(kind: String) async throws {
        let table = InstructionTable.shared
        var missing = Set(table.rules.map(\.shape)).subtracting([.undefined, .prefix])
        // Constants have no rule but their length; generated modules of the second opinion have them.
        missing.subtract([.constantFloat32, .constantFloat64, .constantVector])
        // Nothing breaks these; convertAny is the reverse of convertExternal, which has a module.
        if kind == "broken" { missing.subtract([.nop, .unreachable, .convertAny]) }
        for (name, path) in try await JudgedModules.shared.value.corpus where name.contains("-\(kind)") {
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
            for body in ModuleParts(bytes)?.bodies ?? [] {
                for instruction in BodyParts(body)?.instructions ?? [] {
                    if let shape = Self.shape(of: instruction, in: table) { missing.remove(shape) }
                }
            }
        }
        #expect(missing.isEmpty, "\(missing)")
    }

    /// The shape of an instruction; the number after a prefix is below 128 but for vectors.
    private static func shape(of instruction: [UInt8], in table: InstructionTable) -> InstructionShape? {
        guard let code = instruction.first else { return nil }
        guard (0xFB...0xFE).contains(code) else { return table.rules[Int(code)].shape }
        let digits = instruction.dropFirst().prefix(2).map(Int.init)
        guard let first = digits.first else { return nil }
        let number = first < 0x80 ? first : first & 0x7F | (digits.last ?? 0) << 7
        let range = table.prefixes[Int(code) - 0xFB]
        return number < range.count ? table.rules[range.lowerBound + number].shape : nil
    }

    static let messages: [(name: String, message: String)] = [
        ("rule-numeric-broken-2", "i32.add needs two i32, the stack has one i32"),
        ("rule-numeric-broken-3", "i32.add needs two i32, the stack has one i32 and one i64"),
        ("rule-drop-broken-1", "drop needs a value, the stack has nothing"),
        ("rule-function-end-broken-1", "end needs one i32, the stack has nothing"),
        ("rule-br-broken-3", "br refers to block 1, but there are 1 blocks"),
        ("rule-alignment-broken-1", "i32.load has the alignment 2^3, more than 2^2"),
        ("rule-local.get-broken-1", "local.get refers to local 1, but there are 1"),
        ("rule-global.set-broken-1", "global.set refers to global 0, which is constant"),
        ("rule-ref.func-broken-1", "ref.func refers to function 2, which no export, element or global names"),
        ("rule-local-not-set-broken-1", "local 0 of the type (ref func) is read before it is set"),
        ("rule-opcode-broken-2", "there is no instruction 0xff"),
        ("rule-opcode-broken-4", "there is no instruction 0xfc 18"),
        ("engine-both-exceptions-broken", "engines accept one kind"),
    ]

    @Test("says what is wrong with a body", arguments: messages)
    func message(name: String, message: String) async throws {
        let found = try await modules("broken").first { $0.name == name }
        let problem = try #require(found?.module.problems.first, "\(name)")
        #expect(problem.message.hasSuffix(message), "\(problem)")
        #expect(problem.description.hasPrefix("function 2, offset 0x"), "\(problem)")
    }
}
