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
    /// Toolchains name themselves in the `producers` section. Modules without it still have their runtime's exports
    /// and imports.
    init?(of module: Module) {
        if let named = Self.named(by: module.producers) {
            self = named
            return
        }
        let exports = Set(module.exports.map(\.name))
        let sections = Set(module.customSections.map(\.name))
        if sections.contains("go:buildid") {
            self = .go
        } else if exports.isSuperset(of: ["__new", "__pin", "__unpin"])
            || module.imports.contains(where: { $0.module == "env" && $0.name == "abort" })
        {
            self = .assemblyScript
        } else if module.hasFunction(named: "runtime.alloc") || exports.contains("onCollectionEvent")
            || exports.isSuperset(of: ["malloc", "free", "calloc", "realloc"])
        {
            // TinyGo exports its C allocator, which no other toolchain does by default; nottinygc exports its collector's event.
            self = .tinyGo
        } else if module.hasFunction(startingWith: Self.rustNames) {
            self = .rust
        } else if module.imports.contains(where: { $0.name.hasPrefix("emscripten_") })
            || exports.contains(where: { $0.hasPrefix("emscripten_") || $0 == "stackAlloc" })
        {
            self = .cPlusPlus
        } else {
            return nil
        }
    }

    /// Rust's libraries, mangled or not, and its allocator.
    private static let rustNames = ["core::", "alloc::", "_ZN4core", "_ZN5alloc", "__rust_alloc"]

    private static func named(by producers: [Module.Producer]) -> PluginSDK? {
        func names(_ name: String, in fields: [String]) -> Bool {
            producers.contains { fields.contains($0.field) && $0.name.hasPrefix(name) }
        }
        // clang comes last: many modules in other languages contain some C.
        if names("TinyGo", in: ["processed-by", "sdk"]) { return .tinyGo }
        if names("Rust", in: ["language"]) || names("rustc", in: ["processed-by"]) { return .rust }
        if names("Go cmd/compile", in: ["processed-by"]) { return .go }
        if names("Go", in: ["language"]) { return .tinyGo }
        if names("AssemblyScript", in: ["language", "processed-by"]) { return .assemblyScript }
        if names("C", in: ["language"]) || names("clang", in: ["processed-by"])
            || names("Emscripten", in: ["sdk", "processed-by"])
        {
            return .cPlusPlus
        }
        return nil
    }
}

extension Module {
    /// Whether the `name` section has a function of this name.
    func hasFunction(named name: String) -> Bool { functionNames.values.contains(name) }

    /// Whether the `name` section has a function whose name starts with one of these.
    func hasFunction(startingWith starts: [String]) -> Bool {
        functionNames.values.contains { name in starts.contains(where: name.hasPrefix) }
    }
}
