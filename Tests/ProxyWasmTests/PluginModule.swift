import Diagnostics
import TestSupport
import Wasm

@testable import ProxyWasm

/// Modules built in tests, as the reader would describe them.
enum PluginModule {
    static let i32 = ValueType.i32
    static let nothing = FunctionType([], [])
    static let allocation = FunctionType([.i32], [.i32])

    /// A module that every proxy loads: a marker, an allocator and a memory.
    static func make(_ change: (inout Module) -> Void = { _ in }) throws -> Module {
        // One custom section from byte 14 to the end.
        let bytes = SampleModule.bytes(size: 1000)
        let outline = try ModuleOutline(of: "plugin.wasm", size: bytes.count) { offset, count in
            Array(bytes.dropFirst(offset).prefix(count))
        }
        var module = Module(outline)
        module.export("proxy_abi_version_0_2_1", nothing)
        module.export("malloc", allocation)
        module.exports.append(
            ModuleExport(name: "memory", type: .memory(Limits(minimum: 1)), index: 0, offset: 120)
        )
        change(&module)
        return module
    }

    /// Parses letters as value types: `i`, `I`, `f`, `F`.
    static func values(_ letters: String) -> [ValueType] {
        letters.map { letter in
            switch letter {
            case "I": .i64
            case "f": .f32
            case "F": .f64
            default: .i32
            }
        }
    }
}

extension Module {
    /// Adds an export after all others.
    mutating func export(_ name: String, _ type: FunctionType) { export(name, .function(type)) }

    /// Adds an export after all others.
    mutating func export(_ name: String, _ type: ExternalType) {
        exports.append(
            ModuleExport(name: name, type: type, index: exports.count, offset: 100 + 10 * exports.count)
        )
    }

    /// Removes an export.
    mutating func withdraw(_ name: String) { exports.removeAll { $0.name == name } }

    /// Adds an import after all others.
    mutating func `import`(_ name: String, of module: String = "env", _ type: ExternalType) {
        imports.append(
            ModuleImport(module: module, name: name, type: type, offset: 10 + imports.count)
        )
    }

    /// Adds an imported function after all others.
    mutating func `import`(
        _ name: String,
        of module: String = "env",
        _ parameters: String,
        _ results: String = "i"
    ) {
        let type = FunctionType(PluginModule.values(parameters), PluginModule.values(results))
        self.import(name, of: module, .function(type))
    }
}

extension ModuleCheck {
    /// Checks a module that Envoy's own parser accepts.
    init(_ module: Module, host: ProxyHost = .envoy, release: EnvoyRelease? = nil) {
        self.init(EnvoyReading(module, corruptions: []), host: host, release: release)
    }

    /// All errors in their order.
    var errors: [Finding] { findings.filter { $0.severity == .error } }

    /// The ids of all findings in their order.
    var ids: [String] { findings.map(\.id) }

    /// The first error, which is the one that Envoy prints.
    var firstError: Finding? { findings.first { $0.severity == .error } }
}
