import Diagnostics
import Wasm

/// The toolchain of a module, guessed from its traces in the module.
package enum PluginSDK: String, Sendable, CaseIterable {
    case rust = "Rust"
    case go = "Go"
    case tinyGo = "TinyGo"
    case cPlusPlus = "C++"
    case assemblyScript = "AssemblyScript"

    /// Guesses the toolchain; `nil` if unknown.
    ///
    /// Toolchains name themselves in the `producers` section, or leave the names of their runtime. Traces that several
    /// toolchains share decide last: most modules contain some C, and Emscripten imports a function `abort` as well.
    init?(of module: Module) {
        let sdk = Self.named(by: module.producers) ?? Self.runtime(of: module) ?? Self.shared(by: module)
        guard let sdk else { return nil }
        self = sdk
    }

    /// Returns the toolchain that names itself; C does not count, because many modules in other languages contain some.
    private static func named(by producers: [Module.Producer]) -> PluginSDK? {
        func names(_ name: String, in fields: [String]) -> Bool {
            producers.contains { fields.contains($0.field) && $0.name.hasPrefix(name) }
        }
        if names("TinyGo", in: ["processed-by", "sdk"]) { return .tinyGo }
        // TinyGo's releases contain a clang that is built from TinyGo's copy of LLVM.
        if producers.contains(where: { $0.version.contains("tinygo-org") }) { return .tinyGo }
        if names("Rust", in: ["language"]) || names("rustc", in: ["processed-by"]) { return .rust }
        if names("Go cmd/compile", in: ["processed-by"]) { return .go }
        if names("Go", in: ["language"]) { return .tinyGo }
        if names("AssemblyScript", in: ["language", "processed-by"]) { return .assemblyScript }
        return names("Emscripten", in: ["sdk", "processed-by"]) ? .cPlusPlus : nil
    }

    /// Returns the toolchain whose runtime is in the module, by names that no other toolchain uses.
    private static func runtime(of module: Module) -> PluginSDK? {
        if module.customSections.contains(where: { $0.name == "go:buildid" }) { return .go }
        if module.hasFunction(startingWith: tinyGoNames) || module.exports(["onCollectionEvent"]) {
            return .tinyGo
        }
        if module.exports(["__new", "__pin", "__unpin"]) { return .assemblyScript }
        if module.hasFunction(startingWith: rustNames) { return .rust }
        let isEmscripten = module.imports.untilCanceled.contains {
            $0.module == "env" && $0.name.isOfEmscripten
        }
        return isEmscripten
            || module.exports.contains { $0.name.hasPrefix("emscripten_") || $0.name == "stackAlloc" }
            ? .cPlusPlus : nil
    }

    /// Returns the most likely toolchain by traces that others may have too.
    private static func shared(by module: Module) -> PluginSDK? {
        if module.imports.contains(where: { $0.module == "env" && $0.name == "abort" }) {
            return .assemblyScript
        }
        let isC = module.producers.contains { producer in
            producer.field == "language" && producer.name.hasPrefix("C")
                || producer.field == "processed-by" && producer.name.hasPrefix("clang")
        }
        if isC { return .cPlusPlus }
        // TinyGo exports its C allocator, which no other toolchain does by default.
        return module.exports(["malloc", "free", "calloc", "realloc"]) ? .tinyGo : nil
    }

    /// TinyGo's allocator and collector; nottinygc replaces the collector.
    private static let tinyGoNames = ["runtime.alloc", "runtime.markRoots", "(runtime.gcBlock)", "tinygo_"]
    /// Rust's libraries, mangled or not, and its allocator.
    private static let rustNames = ["core::", "alloc::", "_ZN4core", "_ZN5alloc", "__rust_alloc"]
}

extension String {
    /// Whether a function of the module `env` belongs to Emscripten's JavaScript.
    var isOfEmscripten: Bool {
        Self.emscriptenNames.contains(self) || Self.emscriptenStarts.contains(where: hasPrefix)
    }

    private static let emscriptenStarts = [
        "emscripten_", "_emscripten_", "invoke_", "__cxa_", "___cxa_", "__syscall_", "___syscall", "___sys_",
        "jsCall_", "nullFunc_", "_embind_",
    ]
    private static let emscriptenNames: Set = [
        "HaveOffsetConverter", "setTempRet0", "getTempRet0", "setThrew", "abortOnCannotGrowMemory",
        "enlargeMemory", "getTotalMemory", "abortStackOverflow", "segfault", "alignfault", "DYNAMICTOP_PTR",
        "tempDoublePtr", "___lock", "___unlock", "___setErrNo",
    ]
}

extension Module {
    /// Whether the module exports all of these names.
    fileprivate func exports(_ names: Set<String>) -> Bool {
        var missing = names
        for export in exports.untilCanceled where !missing.isEmpty { missing.remove(export.name) }
        return missing.isEmpty
    }

    /// Whether the `name` section has a function whose name starts with one of these.
    func hasFunction(startingWith starts: [String]) -> Bool {
        functionNames.values.untilCanceled.contains { name in starts.contains(where: name.hasPrefix) }
    }
}
