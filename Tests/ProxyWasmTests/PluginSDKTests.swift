import Diagnostics
import Testing
import Wasm

@testable import ProxyWasm

@Suite struct PluginSDKTests {
    static func producer(of sdk: PluginSDK) -> Module.Producer {
        switch sdk {
        case .rust: Module.Producer(field: "language", name: "Rust", version: "")
        case .go: Module.Producer(field: "processed-by", name: "Go cmd/compile", version: "go1.25.1")
        case .tinyGo: Module.Producer(field: "processed-by", name: "TinyGo", version: "0.39.0")
        case .cPlusPlus: Module.Producer(field: "processed-by", name: "clang", version: "20.1.0")
        case .assemblyScript: Module.Producer(field: "language", name: "AssemblyScript", version: "0.28")
        }
    }

    @Test("identifies the toolchain from the producers section", arguments: PluginSDK.allCases)
    func producers(sdk: PluginSDK) throws {
        let clang = Self.producer(of: .cPlusPlus)
        let check = ModuleCheck(try PluginModule.make { $0.producers = [clang, Self.producer(of: sdk)] })
        #expect(check.sdk == sdk)
    }

    static let stripped: [(sdk: PluginSDK?, change: @Sendable (inout Module) -> Void, why: String)] = [
        (nil, { _ in }, "no traces"),
        (
            .go, { $0.customSections = [CustomSection(name: "go:buildid", offset: 20, size: 9)] },
            "Go's linker leaves the build's id"
        ),
        (
            .tinyGo,
            { for name in ["free", "calloc", "realloc"] { $0.export(name, PluginModule.allocation) } },
            "TinyGo exports its C allocator"
        ),
        (.tinyGo, { $0.functionNames = [3: "runtime.alloc"] }, "the name of TinyGo's allocator"),
        (.tinyGo, { $0.export("onCollectionEvent", PluginModule.nothing) }, "nottinygc's event"),
        (.rust, { $0.functionNames = [3: "core::fmt::Formatter::pad::h1"] }, "Rust's library"),
        (.rust, { $0.functionNames = [3: "_ZN4core3fmt9Formatter3pad17h1E"] }, "Rust's library, mangled"),
        (
            nil,
            {
                $0.withdraw("malloc")
                $0.export("proxy_on_memory_allocate", PluginModule.allocation)
            }, "the allocator's name in the specification, which any SDK may use"
        ),
        (
            .assemblyScript,
            { for name in ["__new", "__pin", "__unpin"] { $0.export(name, PluginModule.allocation) } },
            "AssemblyScript's runtime"
        ),
        (.assemblyScript, { $0.import("abort", "iiii", "") }, "AssemblyScript's host"),
        (
            .cPlusPlus, { $0.import("emscripten_notify_memory_growth", "i", "") },
            "Emscripten's event"
        ),
        (
            .tinyGo,
            {
                $0.producers = [
                    Module.Producer(field: "language", name: "C99", version: ""),
                    Module.Producer(
                        field: "processed-by",
                        name: "clang",
                        version: "14.0.0 (https://github.com/tinygo-org/llvm-project 1f20f113b)"
                    ),
                ]
            }, "TinyGo's own clang"
        ),
        (
            .tinyGo,
            {
                $0.producers = [Module.Producer(field: "language", name: "C99", version: "")]
                $0.functionNames = [3: "runtime.markRoots"]
            }, "TinyGo's collector beside some C"
        ),
        (
            .rust,
            {
                $0.producers = [Module.Producer(field: "language", name: "C11", version: "")]
                $0.functionNames = [3: "__rust_alloc"]
            }, "Rust beside some C"
        ),
        (
            .go,
            {
                $0.producers = [Module.Producer(field: "processed-by", name: "clang", version: "18")]
                $0.customSections = [CustomSection(name: "go:buildid", offset: 20, size: 9)]
            }, "Go beside some C"
        ),
        (
            .cPlusPlus,
            {
                $0.import("abort", "i", "")
                $0.import("_emscripten_memcpy_big", "iii", "i")
            }, "Emscripten imports abort too"
        ),
        (
            .cPlusPlus,
            {
                $0.import("abort", "i", "")
                $0.import("setThrew", "ii", "")
            }, "an old Emscripten"
        ),
        (
            .cPlusPlus,
            {
                $0.producers = [Module.Producer(field: "processed-by", name: "clang", version: "18")]
                for name in ["free", "calloc", "realloc"] { $0.export(name, PluginModule.allocation) }
            }, "C with its allocator exported"
        ),
        (
            nil,
            { $0.producers = [Module.Producer(field: "sdk", name: "Zig", version: "1")] },
            "an unknown language"
        ),
    ]

    @Test("identifies stripped modules by their runtimes", arguments: stripped)
    func guess(sdk: PluginSDK?, change: @Sendable (inout Module) -> Void, why: String) throws {
        #expect(ModuleCheck(try PluginModule.make(change)).sdk == sdk, "\(why)")
    }

    static let types: [(exports: [String], type: PluginType?)] = [
        ([], nil),
        (["proxy_on_tick", "proxy_on_log"], nil),
        (["proxy_on_request_headers"], .http),
        (["proxy_on_response_trailers"], .http),
        (["proxy_on_new_connection"], .network),
        (["proxy_on_upstream_data"], .network),
        (["proxy_on_downstream_connection_close", "proxy_on_request_body"], .http),
    ]

    @Test("guesses the filter chain from the callbacks", arguments: types)
    func type(exports: [String], type: PluginType?) throws {
        let check = ModuleCheck(
            try PluginModule.make { for name in exports { $0.export(name, PluginModule.nothing) } }
        )
        #expect(check.pluginType == type)
    }
}
