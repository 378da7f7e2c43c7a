/// A core WebAssembly module as its sections describe it.
package struct Module: Sendable, Hashable {
    /// A tool or language that made a module (tool conventions, "Producers Section").
    package struct Producer: Sendable, Hashable {
        /// The field: `language`, `processed-by`, `sdk`, or another name.
        package let field: String
        /// For example `Rust`, `rustc`, `TinyGo`.
        package let name: String
        /// May be empty.
        package let version: String

        /// Creates a producer.
        package init(field: String, name: String, version: String) {
            self.field = field
            self.name = name
            self.version = version
        }
    }

    /// The positions of the sections.
    package let outline: ModuleOutline
    /// The imports in the order of the file.
    package var imports: [ModuleImport] = []
    /// The exports in the order of the file.
    package var exports: [ModuleExport] = []
    /// The memories, imported ones first.
    package var memories: [ModuleMemory] = []
    /// The number of functions, imported ones included.
    package var functionCount = 0
    /// The index of the function that runs at instantiation, if there is one.
    package var start: Int?
    /// The custom sections in the order of the file.
    package var customSections: [CustomSection] = []
    /// The module's name (`name` section); `nil` without one.
    package var name: String?
    /// The names of functions by index (`name` section), up to a limit.
    package var functionNames: [Int: String] = [:]
    /// The tools and languages that made it (`producers` section), in the order of the file.
    package var producers: [Producer] = []
    /// The features that it declares (`target_features` section), with their sign: `+simd128`.
    package var targetFeatures: [String] = []
    /// The build's identity in hexadecimal (`build_id` section); `nil` without one.
    package var buildID: String?
    /// The URL of its source map (`sourceMappingURL` section); `nil` without one.
    package var sourceMappingURL: String?
    /// The features of WebAssembly beyond version 1 that it uses, each with its first use, in the order of the file.
    package var features: [FeatureUse] = []
    /// Whether all function bodies were validated, or one was found to be invalid.
    package var bodiesAreValidated = false
    /// The violations of rules that an engine checks before it runs the module, in the order of the file.
    package var problems: [ModuleProblem] = []

    /// Creates a module with only its outline.
    package init(_ outline: ModuleOutline) { self.outline = outline }

    /// The number of bytes that stripping removes: `.debug_*` sections and names.
    package var strippableSize: Int {
        customSections.reduce(0) { sum, section in
            section.name == "name" || section.name.hasPrefix(".debug_") ? sum + section.size : sum
        }
    }
}
