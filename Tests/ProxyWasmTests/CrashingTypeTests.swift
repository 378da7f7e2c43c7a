import Diagnostics
import Testing
import Wasm

@testable import ProxyWasm

@Suite struct CrashingTypeTests {
    static let safe: [ValueType] = [
        .i32, .i64, .f32, .f64, .reference("funcref"), .reference("externref"), .reference("(ref func)"),
        .reference("(ref extern)"),
    ]
    static let crashing: [ValueType] =
        [.v128]
        + [
            "exnref", "anyref", "eqref", "i31ref", "structref", "arrayref", "nullref", "nullfuncref",
            "nullexternref", "nullexnref", "(ref any)", "(ref exn)", "(ref $0)", "(ref null $0)",
        ].map(ValueType.reference)

    /// Everything that may mention a type.
    private static func places(_ type: ValueType) -> [ExternalType] {
        [
            .function(FunctionType([.i32, type], [])), .function(FunctionType([], [type])),
            .global(type, isMutable: false), .table(type, Limits(minimum: 1)),
        ]
    }

    @Test("numbers and plain references do not crash Envoy", arguments: safe)
    func survived(type: ValueType) throws {
        for place in Self.places(type) {
            #expect(ModuleCheck(try PluginModule.make { $0.export("f", place) }).ids == [])
            #expect(
                !ModuleCheck(try PluginModule.make { $0.import("f", place) }).ids.contains("crashes-envoy")
            )
        }
    }

    @Test("other types in imports and exports crash Envoy", arguments: crashing)
    func fatal(type: ValueType) throws {
        for place in Self.places(type) {
            for check in [
                ModuleCheck(try PluginModule.make { $0.export("f", place) }),
                ModuleCheck(try PluginModule.make { $0.import("proxy_log", place) }),
            ] {
                let finding = try #require(check.firstError)
                #expect(finding.id == "crashes-envoy")
                #expect(finding.message.contains("stops all traffic through that proxy"))
                #expect(finding.hints.count == 1)
            }
        }
    }

    @Test func `every tag crashes Envoy`() throws {
        for check in [
            ModuleCheck(try PluginModule.make { $0.export("e", .tag(PluginModule.nothing)) }),
            ModuleCheck(try PluginModule.make { $0.import("e", .tag(PluginModule.nothing)) }),
        ] {
            #expect(check.ids == ["crashes-envoy"])
            #expect(check.firstError?.message.contains("is a tag") == true)
        }
    }
}
