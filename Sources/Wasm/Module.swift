/// A core WebAssembly module as its sections describe it; function bodies are not looked into.
package struct Module: Sendable, Hashable {
    /// Who made a module (tool conventions, "Producers Section"): for `language`, `processed-by` and `sdk`, names and
    /// versions in the order in which they stand there.
    package struct Producer: Sendable, Hashable {
        /// What it was: `language`, `processed-by`, `sdk`, or another word.
        package let field: String
        /// For example `Rust`, `rustc`, `TinyGo`.
        package let name: String
        /// May be empty.
        package let version: String

        /// Names a producer.
        package init(field: String, name: String, version: String) {
            self.field = field
            self.name = name
            self.version = version
        }
    }

    /// Where the sections lie.
    package let outline: ModuleOutline
    /// The imports in their order.
    package var imports: [ModuleImport] = []
    /// The exports in their order.
    package var exports: [ModuleExport] = []
    /// The memories, imported ones first.
    package var memories: [ModuleMemory] = []
    /// The number of functions, imported ones included.
    package var functionCount = 0
    /// The index of the function that runs at instantiation, if there is one.
    package var start: Int?
    /// The custom sections in their order.
    package var customSections: [CustomSection] = []
    /// The module's own name (`name` section); `nil` without one.
    package var name: String?
    /// The names of functions by index (`name` section), as many as are worth keeping.
    package var functionNames: [Int: String] = [:]
    /// Who made it (`producers` section).
    package var producers: [Producer] = []
    /// The features that it says it uses (`target_features` section), with their sign: `+simd128`.
    package var targetFeatures: [String] = []
    /// The build's identity in hexadecimal (`build_id` section); `nil` without one.
    package var buildID: String?
    /// Where its source map is (`sourceMappingURL` section); `nil` without one.
    package var sourceMappingURL: String?
    /// What is wrong with it by the rules that an engine holds before it runs anything, in the order of the file.
    package var problems: [ModuleProblem] = []

    /// A module of which only the outline is known.
    package init(_ outline: ModuleOutline) { self.outline = outline }

    /// The bytes that a stripped module would not have: `.debug_*` sections and names.
    package var strippableSize: Int {
        customSections.reduce(0) { sum, section in
            section.name == "name" || section.name.hasPrefix(".debug_") ? sum + section.size : sum
        }
    }
}
