import Diagnostics
import TestSupport
import Testing
import Wasm

@testable import ProxyWasm

@Suite struct ModuleCheckTests {
    @Test func `a module that loads has no findings`() throws {
        let check = ModuleCheck(try PluginModule.make())
        #expect(check.findings == [])
        #expect(check.verdict == nil)
        #expect(check.abi == .v0_2_1)
    }

    @Test func `checks a real plugin and guesses its type`() throws {
        let bytes = try Fixtures.bytes("wasm/header-authorization/plugin.wasm")
        let module = try readModule(bytes)
        for host in ProxyHost.allCases {
            let check = ModuleCheck(module, host: host)
            #expect(check.verdict == nil)
            #expect(check.ids == [])
            #expect(check.abi == .v0_2_1)
            #expect(check.pluginType == .http)
        }
    }

    @Test func `a check ends early in a canceled task`() async throws {
        let module = try PluginModule.make { module in
            for number in 0..<5000 { module.import("missing\(number)", "i") }
        }
        #expect(ModuleCheck(module).ids.contains("missing-import"))
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return ModuleCheck(module).ids
        }
        #expect(await task.value.contains("missing-import") == false)
    }

    /// A module, and the errors of Envoy's own parser.
    struct Broken {
        var module: Module
        var corruptions: [Corruption] = []

        mutating func corrupt(_ step: LoadStep, _ message: String, at offset: Int) {
            corruptions.append(Corruption(step: step, message: message, offset: offset))
        }
    }

    /// Modules with two errors, and the first that a real Envoy 1.40 reported.
    static let orders: [(change: @Sendable (inout Broken) -> Void, first: String, why: String)] = [
        (
            {
                $0.module.withdraw("proxy_abi_version_0_2_1")
                $0.corrupt(.parse, "the name section", at: 900)
            }, "missing-abi-marker", "the marker is searched before the custom sections"
        ),
        (
            {
                $0.corrupt(.readExports, "the exports", at: 12)
                $0.module.problems.append(ModuleProblem(.invalid, "a type", at: 11))
            }, "corrupted-module", "all exports are searched for the marker before the engine compiles"
        ),
        (
            {
                $0.module.withdraw("proxy_abi_version_0_2_1")
                $0.module.export("f", FunctionType([.v128], []))
            }, "missing-abi-marker", "without a marker Envoy survives"
        ),
        (
            {
                $0.module.problems.append(ModuleProblem(.invalid, "a body", at: 950))
                $0.corrupt(.parse, "the name section", at: 900)
            }, "corrupted-module", "custom sections are parsed before the engine compiles"
        ),
        (
            {
                $0.module.import("f", .function(FunctionType([.v128], [])))
                $0.module.problems.append(ModuleProblem(.invalid, "a body", at: 950))
            }, "invalid-module", "imports are read after compilation"
        ),
        (
            {
                $0.module.import("nope", "i")
                $0.module.import("f", .function(FunctionType([.v128], [])))
            }, "crashes-envoy", "all imports are described before the first is linked"
        ),
        (
            {
                $0.module.import("nope", "i")
                $0.module.import("proxy_log", "iI")
            }, "missing-import", "imports in their order"
        ),
        (
            {
                $0.module.import("proxy_log", "iI")
                $0.module.import("nope", "i")
            }, "import-type-mismatch", "imports in their order"
        ),
        (
            {
                $0.module.import("nope", "i")
                $0.module.export("f", FunctionType([.v128], []))
            }, "missing-import", "exports are described after imports are linked"
        ),
        (
            {
                $0.module.import("nope", "i")
                $0.module.import("memory", .memory(Limits(minimum: 20_000)))
            }, "missing-import", "an imported memory is made in the order of the imports"
        ),
        (
            {
                $0.module.import("memory", .memory(Limits(minimum: 20_000)))
                $0.module.import("nope", "i")
            }, "memory-too-large", "an imported memory is made in the order of the imports"
        ),
        (
            {
                $0.module.import("nope", "i")
                $0.module.memories.append(ModuleMemory(Limits(minimum: 20_000), offset: 5))
            }, "missing-import", "the module's own memory is made after all imports"
        ),
        (
            {
                $0.module.export("f", FunctionType([.v128], []))
                $0.module.memories.append(ModuleMemory(Limits(minimum: 20_000), offset: 5))
            }, "memory-too-large", "the module's own memory is made before its exports are described"
        ),
        (
            {
                $0.module.withdraw("malloc")
                $0.module.export("f", FunctionType([.v128], []))
            }, "crashes-envoy", "functions are searched last"
        ),
        (
            {
                $0.module.withdraw("malloc")
                $0.module.export("proxy_on_log", PluginModule.nothing)
            }, "missing-malloc", "the allocator is searched before the callbacks"
        ),
    ]

    @Test("the first error is the one that Envoy prints", arguments: orders)
    func order(change: @Sendable (inout Broken) -> Void, first: String, why: String) throws {
        var broken = Broken(module: try PluginModule.make())
        change(&broken)
        let check = ModuleCheck(EnvoyReading(broken.module, corruptions: broken.corruptions))
        #expect(check.firstError?.id == first, "\(why): \(check.ids)")
        #expect(check.verdict == .error)
        #expect(check.findings.count > 1, "the second error is reported too: \(check.ids)")
    }

    @Test func `does not report exports as missing that an unreadable section hides`() throws {
        var module = try PluginModule.make { $0.exports = [] }
        let corruption = Corruption(step: .readExports, message: "the exports", offset: 12)
        #expect(ModuleCheck(EnvoyReading(module, corruptions: [corruption])).ids == ["corrupted-module"])
        module.problems.append(ModuleProblem(.invalid, "a type", at: 12))
        #expect(ModuleCheck(module).ids == ["invalid-module"])
    }

    @Test func `reports at most 100 findings of one kind`() throws {
        let check = ModuleCheck(
            try PluginModule.make { for number in 0..<1000 { $0.import("nope\(number)", "i") } }
        )
        #expect(check.findings.filter { $0.id == "missing-import" }.count == 100)
        #expect(check.findings.last?.id == "more-findings")
        #expect(check.findings.last?.message.hasPrefix("900 more") == true)
        #expect(check.findings.last?.severity == .error)
    }

    @Test func `omitted findings do not replace findings of other kinds`() throws {
        let check = ModuleCheck(
            try PluginModule.make {
                for number in 0..<300 {
                    $0.import("nope\(number)", "i")
                    $0.import("proxy_log", "iI")
                    $0.import("g\(number)", .global(.i32, isMutable: false))
                }
            }
        )
        for id in ["missing-import", "import-type-mismatch", "imported-global"] {
            let findings = check.findings.filter { $0.id == id }
            #expect(findings.count == 100)
            #expect(Set(findings.map(\.offset)).count == 100)
        }
        #expect(check.findings.contains { $0.message.contains("env.nope99,") })
        #expect(check.findings.last?.message.hasPrefix("600 more") == true)
    }

    @Test func `names in a module cannot control the terminal`() throws {
        let name = "\u{1B}[2J" + String(repeating: "x", count: 5_000)
        let check = ModuleCheck(
            try PluginModule.make {
                $0.import(name, of: name, "i")
                $0.import(name, .global(.i32, isMutable: false))
                $0.import(name, .memory(Limits(minimum: 20_000, isShared: true)))
                $0.import(name, of: "wasi_snapshot_preview1", "i")
                $0.export(name, FunctionType([.v128], []))
                $0.export("proxy_abi_version_\(name)", PluginModule.nothing)
                $0.withdraw("proxy_abi_version_0_2_1")
            }
        )
        #expect(check.findings.count > 5)
        for finding in check.findings {
            for text in [finding.message, finding.consumerMessage ?? ""] + finding.hints {
                #expect(!text.contains("\u{1B}"), "\(finding.id)")
                #expect(text.count < 1_000, "\(finding.id)")
            }
        }
    }
}
