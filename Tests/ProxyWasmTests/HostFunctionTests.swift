import Diagnostics
import Testing
import Wasm

@testable import ProxyWasm

@Suite struct HostFunctionTests {
    /// Compares with the numbers of functions of proxy-wasm and its C++ host; a line that cannot be parsed would be missing.
    @Test func `the tables are complete`() {
        #expect(HostFunction.proxyWasm.count == 36 + 4 + 2 + 1 + 2 + 5)
        let offered = HostFunction.proxyWasm.filter { $0.hosts.contains(.envoy) }
        let byABI = ProxyWasmABI.allCases.map { abi in offered.count { $0.abis.contains(abi) } }
        #expect(byABI == [36 + 4 + 2, 36 + 2 + 2, 36 + 2 + 1 + 2])
        #expect(HostFunction.proxyWasm.count { !$0.hosts.contains(.envoy) } == 5)
        let byGeneration = EnvoyGeneration.allCases.map { generation in
            HostFunction.wasi.count { $0.since <= generation }
        }
        #expect(byGeneration == [15, 18, 45])
        #expect(Set(HostFunction.proxyWasm.map(\.name)).count == 50)
        #expect(Set(HostFunction.wasi.map(\.name)).count == 45)
        #expect(HostFunction.restrictedAtStart.count == 7)
        for name in HostFunction.restrictedAtStart where name != "pthread_equal" {
            #expect(HostFunction.named(name, of: "wasi_unstable") != nil)
        }
    }

    static let spelled: [(module: String, name: String, parameters: String, results: String)] = [
        ("env", "proxy_log", "iii", "i"),
        ("env", "proxy_done", "", "i"),
        ("env", "proxy_http_call", "iiiiiiiiii", "i"),
        ("env", "proxy_grpc_call", "iiiiiiiiiiii", "i"),
        ("env", "proxy_send_local_response", "iiiiiiii", "i"),
        ("env", "proxy_increment_metric", "iI", "i"),
        ("env", "proxy_call_foreign_function", "iiiiii", "i"),
        ("env", "emscripten_notify_memory_growth", "i", ""),
        ("wasi_snapshot_preview1", "proc_exit", "i", ""),
        ("wasi_snapshot_preview1", "path_open", "iiiiiIIii", "i"),
        ("wasi_unstable", "fd_seek", "iIii", "i"),
        ("wasi_unstable", "clock_time_get", "iIi", "i"),
    ]

    @Test("accepts a host function only with its own type", arguments: spelled)
    func type(module: String, name: String, parameters: String, results: String) throws {
        #expect(
            ModuleCheck(try PluginModule.make { $0.import(name, of: module, parameters, results) }).findings
                == []
        )
        let wrong = ModuleCheck(
            try PluginModule.make { $0.import(name, of: module, parameters + "F", results) }
        )
        #expect(wrong.ids.contains("import-type-mismatch"))
        let other = ModuleCheck(
            try PluginModule.make { $0.import(name, of: module, parameters, results.isEmpty ? "i" : "") }
        )
        #expect(other.ids.contains("import-type-mismatch"))
    }

    static let byABI: [(name: String, parameters: String, abis: [ProxyWasmABI])] = [
        ("proxy_get_log_level", "i", [.v0_2_1]),
        ("proxy_continue_stream", "i", [.v0_2_0, .v0_2_1]),
        ("proxy_close_stream", "i", [.v0_2_0, .v0_2_1]),
        ("proxy_clear_route_cache", "", [.v0_1_0]),
        ("proxy_continue_request", "", [.v0_1_0]),
        ("proxy_continue_response", "", [.v0_1_0]),
        ("proxy_get_configuration", "ii", [.v0_1_0]),
        ("proxy_log", "iii", ProxyWasmABI.allCases),
    ]

    @Test("reports a function of another ABI as missing, and names that ABI", arguments: byABI)
    func abi(name: String, parameters: String, abis: [ProxyWasmABI]) throws {
        for abi in ProxyWasmABI.allCases {
            let check = ModuleCheck(
                try PluginModule.make { module in
                    module.withdraw("proxy_abi_version_0_2_1")
                    module.export(abi.marker, PluginModule.nothing)
                    module.import(name, parameters)
                }
            )
            guard !abis.contains(abi) else {
                #expect(check.ids == [])
                continue
            }
            #expect(check.ids == ["missing-import"])
            let finding = try #require(check.firstError)
            #expect(
                finding.consumerMessage == "Failed to load Wasm module due to a missing import: env.\(name)"
            )
            for version in abis { #expect(finding.message.contains("\(version.rawValue)")) }
            #expect(finding.message.contains("its marker is for ABI \(abi.rawValue)"))
        }
    }

    static let ofHigress: [(name: String, parameters: String)] = [
        ("proxy_redis_init", "iiiiiii"),
        ("proxy_redis_call", "iiiii"),
        ("proxy_inject_encoded_data_to_filter_chain", "iii"),
        ("proxy_get_upstream_hosts", "ii"),
        ("proxy_set_upstream_override_host", "ii"),
    ]

    @Test("functions that only Higress has are missing in Envoy", arguments: ofHigress)
    func higress(name: String, parameters: String) throws {
        let module = try PluginModule.make { $0.import(name, parameters) }
        #expect(ModuleCheck(module, host: .higress).ids == [])
        let finding = try #require(ModuleCheck(module, host: .envoy).firstError)
        #expect(finding.id == "missing-import")
        #expect(finding.message.contains("only Higress has"))
    }

    @Test func `warns once per generation about functions of newer Envoys`() throws {
        let check = ModuleCheck(
            try PluginModule.make {
                $0.import("fd_tell", of: "wasi_snapshot_preview1", "ii")
                $0.import("sched_yield", of: "wasi_snapshot_preview1", "")
                $0.import("fd_sync", of: "wasi_unstable", "i")
                for _ in 0..<5 { $0.import("sock_shutdown", of: "wasi_unstable", "ii") }
            }
        )
        #expect(check.ids == ["newer-envoy-import", "newer-envoy-import"])
        #expect(check.verdict == .warning)
        let newest = try #require(check.findings.first)
        #expect(newest.message.contains("since 1.39 (Istio 1.31, Envoy Gateway 1.9)"))
        #expect(newest.message.contains("wasi_snapshot_preview1.fd_tell, wasi_unstable.fd_sync"))
        #expect(newest.message.hasSuffix(" and 2 more"))
        #expect(
            newest.consumerMessage
                == "Failed to load Wasm module due to a missing import: wasi_snapshot_preview1.fd_tell"
        )
        let older = try #require(check.findings.dropFirst().first)
        #expect(older.message.contains("since 1.34:"))
        #expect(older.hints.first?.contains("nottinygc") == true)
    }

    static let releases: [(minor: Int, old: Finding.Severity?, new: Finding.Severity?, why: String)] = [
        (32, .error, .error, "before both"), (33, .warning, .error, "the first was added about then"),
        (34, nil, .error, "between them"), (38, nil, .error, "the last without"), (39, nil, nil, "has both"),
        (40, nil, nil, "functions are only added"),
    ]

    @Test("a known release of Envoy decides about functions of newer Envoys", arguments: releases)
    func release(minor: Int, old: Finding.Severity?, new: Finding.Severity?, why: String) throws {
        for (function, type, severity) in [("sched_yield", "", old), ("fd_sync", "i", new)] {
            let module = try PluginModule.make { $0.import(function, of: "wasi_unstable", type) }
            let release = EnvoyRelease(minor: minor, in: "Istio 1.29")
            let finding = ModuleCheck(module, release: release).findings.first {
                $0.id == "newer-envoy-import"
            }
            #expect(finding?.severity == severity, "\(why): \(function)")
            let lacking = "that Istio 1.29 (Envoy 1.\(minor)) lacks"
            #expect(finding?.message.contains(lacking) ?? false == (severity == .error), "\(why)")
        }
    }

    @Test(
        "Envoy has two functions of WASI with other types",
        arguments: [("path_link", 7), ("path_symlink", 5)]
    )
    func odd(name: String, count: Int) throws {
        let standard = String(repeating: "i", count: count)
        let check = ModuleCheck(
            try PluginModule.make { $0.import(name, of: "wasi_snapshot_preview1", standard) }
        )
        #expect(check.ids == ["import-type-mismatch"])
        #expect(check.firstError?.hints.first?.contains("differently from WASI") == true)
        let envoys = ModuleCheck(
            try PluginModule.make {
                $0.import(name, of: "wasi_snapshot_preview1", String(standard.dropLast()))
            }
        )
        #expect(envoys.ids == ["newer-envoy-import"])
    }

    @Test func `a type mismatch has Envoy's message`() throws {
        let references = [ValueType.i32, .i64, .f32, .f64, .reference("(ref func)"), .reference("externref")]
        let check = ModuleCheck(
            try PluginModule.make {
                $0.import("proxy_done", .function(FunctionType(references, [.i32, .i64])))
                $0.import("proc_exit", of: "wasi_unstable", "", "f")
            }
        )
        let start = "Failed to load Wasm module due to an import type mismatch: "
        #expect(
            check.findings.prefix(2).map(\.consumerMessage) == [
                start
                    + "env.proxy_done, want: i32 i64 f32 f64 funcref externref -> i32 i64, but host exports: void -> i32",
                start + "wasi_unstable.proc_exit, want: void -> f32, but host exports: i32 -> void",
            ]
        )
    }

    @Test func `reports every imported global, even with a host function's name`() throws {
        let check = ModuleCheck(
            try PluginModule.make { $0.import("proxy_log", .global(.i32, isMutable: true)) }
        )
        #expect(check.ids == ["imported-global"])
        #expect(
            check.firstError?.consumerMessage
                == "Failed to load Wasm module due to a missing import: env.proxy_log"
        )
    }
}
