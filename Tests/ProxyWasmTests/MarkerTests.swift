import Diagnostics
import Testing
import Wasm

@testable import ProxyWasm

@Suite struct MarkerTests {
    static let markers: [(exports: [String], abi: ProxyWasmABI?, why: String)] = [
        (["proxy_abi_version_0_1_0"], .v0_1_0, "the oldest"),
        (["proxy_abi_version_0_2_0"], .v0_2_0, "the middle one"),
        (["proxy_abi_version_0_2_1"], .v0_2_1, "the newest"),
        (["proxy_abi_version_0_2_0", "proxy_abi_version_0_2_1"], .v0_2_0, "the first in the export section"),
        (["proxy_abi_version_0_2_1", "proxy_abi_version_0_1_0"], .v0_2_1, "the first in the export section"),
        (["proxy_abi_version_0_3_0"], nil, "a future version"),
        (["proxy_abi_version_0_2_1x"], nil, "a longer name"),
        ([], nil, "none"),
    ]

    @Test("uses the first exported marker", arguments: markers)
    func version(exports: [String], abi: ProxyWasmABI?, why: String) throws {
        let check = ModuleCheck(
            try PluginModule.make { module in
                module.withdraw("proxy_abi_version_0_2_1")
                for name in exports { module.export(name, FunctionType([.i64], [.f32])) }
            }
        )
        #expect(check.abi == abi, "\(why)")
        #expect(check.ids.contains("missing-abi-marker") == (abi == nil), "\(why)")
        #expect(check.ids.contains("several-abi-markers") == (exports.count > 1), "\(why)")
    }

    static let missing: [(name: String?, type: ExternalType, phrase: String)] = [
        (nil, .global(.i32, isMutable: false), "does not declare its proxy-wasm ABI"),
        ("proxy_abi_version_0_2_1", .global(.i32, isMutable: false), "is not a function"),
        ("proxy_abi_version_0_2_1", .memory(Limits(minimum: 1)), "is not a function"),
        ("proxy_abi_version_9_9_9", .function(PluginModule.nothing), "exports proxy_abi_version_9_9_9"),
    ]

    @Test("explains a missing marker", arguments: missing)
    func explanation(name: String?, type: ExternalType, phrase: String) throws {
        let check = ModuleCheck(
            try PluginModule.make { module in
                module.withdraw("proxy_abi_version_0_2_1")
                if let name { module.export(name, type) }
            }
        )
        let finding = try #require(check.firstError)
        #expect(finding.id == "missing-abi-marker")
        #expect(finding.consumerMessage == "Missing or unknown Proxy-Wasm ABI version")
        #expect(finding.message.contains(phrase))
        #expect(finding.hints.count == 1)
    }

    @Test("the hint for a missing marker names the toolchain", arguments: PluginSDK.allCases)
    func hints(sdk: PluginSDK) throws {
        let check = ModuleCheck(
            try PluginModule.make { module in
                module.withdraw("proxy_abi_version_0_2_1")
                module.producers = [PluginSDKTests.producer(of: sdk)]
            }
        )
        let prefix = sdk == .cPlusPlus ? "C++" : sdk == .go ? "Go 1.24" : sdk.rawValue
        #expect(check.firstError?.hints.first?.hasPrefix(prefix) == true)
    }
}
