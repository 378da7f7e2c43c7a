import Diagnostics
import Testing
import Wasm

@testable import ProxyWasm

/// Tests the findings about memories, tables, code that runs at start, and the garbage collector.
@Suite struct ModuleStoreTests {
    private static func memory(
        _ minimum: UInt64 = 1,
        maximum: UInt64? = nil,
        isShared: Bool = false,
        is64: Bool = false
    ) -> ExternalType {
        .memory(Limits(minimum: minimum, maximum: maximum, isShared: isShared, is64: is64))
    }

    static let imported: [(types: [ExternalType], ids: [String], why: String)] = [
        ([memory()], [], "Envoy creates one"),
        ([memory(16_384, maximum: 65_536)], [], "1 GiB at first, and later more"),
        ([memory(16_385)], ["memory-too-large"], "a page more"),
        ([memory(), memory()], ["unsuitable-import"], "Envoy has one only"),
        ([memory(isShared: true)], ["unsuitable-import"], "shared by threads"),
        ([memory(is64: true)], ["unsuitable-import"], "64-bit addresses"),
        ([.table(.reference("funcref"), Limits(minimum: 1))], [], "Envoy creates one"),
        (
            [
                .table(.reference("funcref"), Limits(minimum: 1)),
                .table(.reference("externref"), Limits(minimum: 1)),
            ], ["unsuitable-import"], "Envoy has one only"
        ),
        (
            [.table(.reference("funcref"), Limits(minimum: 1, is64: true))], ["unsuitable-import"],
            "64-bit indexes"
        ),
        ([memory(), .table(.reference("funcref"), Limits(minimum: 1))], [], "one of each"),
    ]

    @Test("Envoy provides one plain memory and one plain table", arguments: imported)
    func imports(types: [ExternalType], ids: [String], why: String) throws {
        let check = ModuleCheck(
            try PluginModule.make {
                for (number, type) in types.enumerated() { $0.import("m\(number)", type) }
            }
        )
        #expect(check.ids == ids, "\(why)")
        if let id = ids.first {
            let consumerMessage =
                id == "memory-too-large"
                ? "Failed to initialize Wasm code" : "Failed to create new Wasm instance"
            #expect(check.firstError?.consumerMessage == consumerMessage)
        }
    }

    @Test func `warns about a memory that Envoy cannot reach if the module calls the host`() throws {
        let hidden = try PluginModule.make { $0.withdraw("memory") }
        #expect(ModuleCheck(hidden).ids == [])
        var calling = hidden
        calling.import("proxy_log", "iii")
        #expect(ModuleCheck(calling).ids == ["unreachable-memory"])
        #expect(ModuleCheck(calling).verdict == .warning)
        calling.import("memory", Self.memory())
        #expect(ModuleCheck(calling).ids == [])
    }

    @Test func `a start section is a note, or a warning if the module can call the host`() throws {
        var module = try PluginModule.make { $0.start = 3 }
        #expect(ModuleCheck(module).ids == ["start-section"])
        #expect(ModuleCheck(module).verdict == .note)
        module.import("proxy_log", "iii")
        #expect(ModuleCheck(module).ids == ["start-section"])
        #expect(ModuleCheck(module).verdict == .warning)
    }

    static let starts: [(export: String?, imports: [String], sdk: PluginSDK?, ids: [String])] = [
        (nil, ["proc_exit"], nil, []),
        ("_initialize", [], nil, []),
        ("_initialize", ["fd_write", "random_get"], nil, []),
        ("_initialize", ["fd_write", "proc_exit"], nil, ["restricted-at-start"]),
        ("_start", ["path_open"], nil, ["restricted-at-start"]),
        ("_start", ["proc_exit"], .rust, ["restricted-at-start"]),
        ("_start", ["proc_exit"], .go, ["start-exits"]),
        ("_initialize", ["proc_exit"], .go, ["restricted-at-start"]),
    ]

    @Test("a forbidden call at start is a note, or a warning if it is certain", arguments: starts)
    func restricted(export: String?, imports: [String], sdk: PluginSDK?, ids: [String]) throws {
        let types = [
            "proc_exit": ("i", ""), "fd_write": ("iiii", "i"), "random_get": ("ii", "i"),
            "path_open": ("iiiiiIIii", "i"),
        ]
        let check = ModuleCheck(
            try PluginModule.make { module in
                if let export { module.export(export, PluginModule.nothing) }
                for name in imports {
                    let (parameters, results) = types[name, default: ("", "")]
                    module.import(name, of: "wasi_snapshot_preview1", parameters, results)
                }
                if let sdk { module.producers = [PluginSDKTests.producer(of: sdk)] }
            }
        )
        #expect(check.ids == ids)
        if let finding = check.findings.first(where: { $0.id == ids.first }) {
            let consumerMessage = "Function: \(export ?? "") failed: Uncaught Error: restricted_callback"
            #expect(finding.consumerMessage == consumerMessage)
        }
    }

    static let collectors: [(names: [Int: String], exports: [String], leaks: Bool, why: String)] = [
        ([1: "runtime.runGC"], [], true, "the default collector by name"),
        ([1: "(*runtime.gcBlock).markFree"], [], true, "its blocks"),
        ([1: "runtime.alloc"], ["free", "calloc", "realloc"], false, "names, but not the collector's"),
        ([1: "runtime.markRoots", 2: "GC_malloc"], [], false, "bdwgc"),
        ([:], ["free", "calloc", "realloc"], true, "stripped, with TinyGo's allocator"),
        ([:], [], false, "stripped, with another allocator"),
        ([:], ["free", "calloc", "realloc", "onCollectionEvent"], false, "stripped, with nottinygc"),
    ]

    @Test("TinyGo's default collector is a note", arguments: collectors)
    func collector(names: [Int: String], exports: [String], leaks: Bool, why: String) throws {
        var module = try PluginModule.make { module in
            module.producers = [PluginSDKTests.producer(of: .tinyGo)]
            module.functionNames = names
            for name in exports { module.export(name, PluginModule.allocation) }
        }
        #expect(ModuleCheck(module).ids == (leaks ? ["tinygo-gc-leak"] : []), "\(why)")
        #expect(ModuleCheck(module).verdict == (leaks ? .note : nil), "\(why)")
        module.producers = [PluginSDKTests.producer(of: .rust)]
        #expect(ModuleCheck(module).ids == [], "\(why)")
    }
}
