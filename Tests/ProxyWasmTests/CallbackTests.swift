import Diagnostics
import Testing
import Wasm

@testable import ProxyWasm

@Suite struct CallbackTests {
    /// What a real Envoy 1.40 printed of a module whose functions are all of the type f64 f64 -> void.
    static let wanted: [(name: String, type: String)] = [
        ("proxy_validate_configuration", "i32 i32 -> i32"), ("proxy_on_vm_start", "i32 i32 -> i32"),
        ("proxy_on_configure", "i32 i32 -> i32"), ("proxy_on_tick", "i32 -> void"),
        ("proxy_on_context_create", "i32 i32 -> void"), ("proxy_on_new_connection", "i32 -> i32"),
        ("proxy_on_downstream_data", "i32 i32 i32 -> i32"),
        ("proxy_on_upstream_data", "i32 i32 i32 -> i32"),
        ("proxy_on_downstream_connection_close", "i32 i32 -> void"),
        ("proxy_on_upstream_connection_close", "i32 i32 -> void"),
        ("proxy_on_request_body", "i32 i32 i32 -> i32"), ("proxy_on_request_trailers", "i32 i32 -> i32"),
        ("proxy_on_request_metadata", "i32 i32 -> i32"), ("proxy_on_response_body", "i32 i32 i32 -> i32"),
        ("proxy_on_response_trailers", "i32 i32 -> i32"),
        ("proxy_on_response_metadata", "i32 i32 -> i32"),
        ("proxy_on_http_call_response", "i32 i32 i32 i32 i32 -> void"),
        ("proxy_on_grpc_receive", "i32 i32 i32 -> void"), ("proxy_on_grpc_close", "i32 i32 i32 -> void"),
        ("proxy_on_grpc_receive_initial_metadata", "i32 i32 i32 -> void"),
        ("proxy_on_grpc_receive_trailing_metadata", "i32 i32 i32 -> void"),
        ("proxy_on_queue_ready", "i32 i32 -> void"), ("proxy_on_done", "i32 -> i32"),
        ("proxy_on_log", "i32 -> void"), ("proxy_on_delete", "i32 -> void"),
    ]
    static let headers = ["proxy_on_request_headers", "proxy_on_response_headers"]
    static let ignored = ["free", "proxy_on_grpc_create_initial_metadata"]

    private static func consumerMessage(_ name: String, _ wanted: String) -> String {
        "Bad function signature for: \(name), want: \(wanted), but the module exports: f64 f64 -> void"
    }

    @Test(
        "reports every callback of a wrong type, in the order of Envoy's search",
        arguments: ProxyWasmABI.allCases
    )
    func all(abi: ProxyWasmABI) throws {
        let early = ["_initialize", "_start", "malloc", "proxy_on_memory_allocate"]
        let names =
            Self.wanted.map(\.name) + Self.headers + Self.ignored + early
            + ["main", "__main_void", "proxy_on_foreign_function"]
        let check = ModuleCheck(
            try PluginModule.make { module in
                module.withdraw("proxy_abi_version_0_2_1")
                module.withdraw("malloc")
                for name in names { module.export(name, FunctionType([.f64, .f64], [])) }
                module.export(abi.marker, PluginModule.nothing)
            }
        )
        var expected = [
            Self.consumerMessage("_initialize", "void -> void"),
            Self.consumerMessage("_start", "void -> void"),
            Self.consumerMessage("malloc", "i32 -> i32"),
            Self.consumerMessage("proxy_on_memory_allocate", "i32 -> i32"),
            "Wasm module is missing malloc function.",
        ]
        expected += Self.wanted.map { Self.consumerMessage($0.name, $0.type) }
        let type = abi == .v0_1_0 ? "i32 i32 -> i32" : "i32 i32 i32 -> i32"
        expected += Self.headers.map { Self.consumerMessage($0, type) }
        if abi != .v0_1_0 {
            expected.append(Self.consumerMessage("proxy_on_foreign_function", "i32 i32 i32 -> void"))
        }
        #expect(check.findings.filter { $0.severity == .error }.map(\.consumerMessage) == expected)
    }

    static let starts: [(exports: [(String, FunctionType)], wrong: [String], why: String)] = [
        (
            [("_initialize", PluginModule.nothing), ("_start", PluginModule.allocation)], [],
            "_start is not used"
        ),
        (
            [("_initialize", PluginModule.nothing), ("main", PluginModule.nothing)], ["main"],
            "main runs after _initialize"
        ),
        (
            [("_initialize", PluginModule.nothing), ("__main_void", PluginModule.nothing)], ["__main_void"],
            "and so does __main_void"
        ),
        ([("_start", PluginModule.nothing), ("main", PluginModule.nothing)], [], "main is not used"),
        ([("main", PluginModule.nothing)], [], "nor without either"),
        (
            [("_initialize", PluginModule.allocation), ("_start", PluginModule.allocation)],
            ["_initialize", "_start"], "a wrong _initialize is none"
        ),
        ([("_start", PluginModule.allocation)], ["_start"], "_start has to be right"),
    ]

    @Test(
        "only Envoys that call __main_void reject it",
        arguments: [(36, false), (38, false), (39, true), (40, true)]
    )
    func mainVoid(minor: Int, isRejected: Bool) throws {
        let module = try PluginModule.make {
            $0.export("_initialize", PluginModule.nothing)
            $0.export("__main_void", PluginModule.nothing)
        }
        let check = ModuleCheck(module, release: EnvoyRelease(minor: minor))
        #expect((check.verdict == .error) == isRejected)
    }

    @Test("_initialize determines which functions run at start", arguments: starts)
    func start(exports: [(String, FunctionType)], wrong: [String], why: String) throws {
        let check = ModuleCheck(
            try PluginModule.make { for (name, type) in exports { $0.export(name, type) } }
        )
        let consumerMessages = check.findings.compactMap(\.consumerMessage)
        #expect(consumerMessages.count == wrong.count, "\(why): \(consumerMessages)")
        for (consumerMessage, name) in zip(consumerMessages, wrong) {
            #expect(consumerMessage.hasPrefix("Bad function signature for: \(name), want: "), "\(why)")
        }
    }

    static let allocators: [(exports: [(String, ExternalType)], ids: [String], why: String)] = [
        ([("malloc", .function(PluginModule.allocation))], [], "the usual one"),
        ([("proxy_on_memory_allocate", .function(PluginModule.allocation))], [], "the specification's"),
        ([], ["missing-malloc"], "none"),
        ([("malloc", .global(.i32, isMutable: false))], ["missing-malloc"], "a global is none"),
        (
            [("malloc", .function(PluginModule.nothing))], ["callback-type-mismatch", "missing-malloc"],
            "a wrong one is none"
        ),
        (
            [
                ("malloc", .function(PluginModule.nothing)),
                ("proxy_on_memory_allocate", .function(PluginModule.allocation)),
            ], ["callback-type-mismatch"], "Envoy rejects a wrong one even with a right one"
        ),
        (
            [
                ("malloc", .function(PluginModule.allocation)),
                ("proxy_on_memory_allocate", .function(PluginModule.nothing)),
            ], [], "the second allocator is not used"
        ),
    ]

    @Test("a module needs an allocator", arguments: allocators)
    func allocator(exports: [(String, ExternalType)], ids: [String], why: String) throws {
        let check = ModuleCheck(
            try PluginModule.make { module in
                module.withdraw("malloc")
                for (name, type) in exports { module.export(name, type) }
            }
        )
        #expect(check.ids == ids, "\(why)")
    }

    @Test func `recognizes the callback types of another ABI`() throws {
        let check = ModuleCheck(
            try PluginModule.make {
                $0.export("proxy_on_request_headers", FunctionType([.i32, .i32], [.i32]))
            }
        )
        #expect(check.firstError?.hints.first?.contains("its type in ABI 0.1.0") == true)
    }
}
