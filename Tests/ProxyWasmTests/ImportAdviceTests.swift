import Diagnostics
import Testing
import Wasm

@testable import ProxyWasm

@Suite struct ImportAdviceTests {
    static let origins: [(module: String, name: String, origin: String, hint: String)] = [
        ("go", "runtime.wasmExit", "GOOS=js", "-buildmode=c-shared"),
        ("gojs", "syscall/js.valueGet", "GOOS=js", "GOOS=wasip1"),
        ("wbg", "__wbg_now_1", "wasm-bindgen", "instead of wasm-pack"),
        ("__wbindgen_placeholder__", "__wbindgen_throw", "wasm-bindgen", "wasm32-wasip1"),
        ("./plugin_bg.js", "__wbindgen_string_new", "wasm-bindgen", "wasm32-wasip1"),
        ("wasi:cli/stdout@0.2.0", "get-stdout", "WASI preview 2", "wasm32-wasip1"),
        ("wasi_snapshot_preview2", "x", "WASI preview 2", "wasm32-wasip1"),
        ("GOT.mem", "stdout", "dynamic linking", "one module"),
        ("env", "__memory_base", "dynamic linking", "one module"),
        ("env", "abort", "AssemblyScript", "abort_proc_exit"),
        ("env", "invoke_vii", "Emscripten", "STANDALONE_WASM"),
        ("env", "__cxa_throw", "Emscripten", "-fno-exceptions"),
        ("env", "emscripten_resize_heap", "Emscripten", "STANDALONE_WASM"),
        ("env", "syscall/js.valueGet", "JavaScript target of Go or TinyGo", "-target=wasip1"),
        ("env", "syscall/js.finalizeRef", "JavaScript target of Go or TinyGo", "GOOS=wasip1"),
        ("env", "runtime.ticks", "JavaScript target of Go or TinyGo", "-target=wasip1"),
        ("env", "HaveOffsetConverter", "Emscripten", "STANDALONE_WASM"),
        ("env", "setTempRet0", "Emscripten", "STANDALONE_WASM"),
        ("env", "___syscall140", "Emscripten", "STANDALONE_WASM"),
        ("env", "abortOnCannotGrowMemory", "Emscripten", "STANDALONE_WASM"),
        ("env", "strlen", "the linker did not find", "link the library that defines it"),
        ("env", "proxy_fly", "which no Envoy has", "SDK for ABI"),
        ("wasi_snapshot_preview1", "proc_raise", "which no Envoy has", "remove the calls of proc_raise"),
        ("host", "f", "which no Envoy has", "a proxy offers only env and WASI preview 1"),
    ]

    @Test("names the origin of a missing import and how to build without it", arguments: origins)
    func origin(module: String, name: String, origin: String, hint: String) throws {
        let check = ModuleCheck(try PluginModule.make { $0.import(name, of: module, "i") })
        #expect(check.ids == ["missing-import"])
        let finding = try #require(check.firstError)
        #expect(finding.message.contains(origin))
        #expect(finding.hints.contains { $0.contains(hint) }, "\(finding.hints)")
        #expect(
            finding.consumerMessage == "Failed to load Wasm module due to a missing import: \(module).\(name)"
        )
    }

    @Test(
        "the hint for file functions names the toolchain",
        arguments: [PluginSDK.rust, .go, .tinyGo]
    )
    func files(sdk: PluginSDK) throws {
        let check = ModuleCheck(
            try PluginModule.make {
                $0.producers = [PluginSDKTests.producer(of: sdk)]
                $0.import("fd_filestat_get", of: "wasi_snapshot_preview1", "ii")
            }
        )
        #expect(check.ids == ["newer-envoy-import"])
        #expect(check.findings.first?.hints.first?.hasPrefix("\(sdk.rawValue): ") == true)
    }
}
