/// A core WebAssembly module as its sections describe it; function bodies are not looked into.
public struct Module: Sendable, Hashable {
    /// Who made a module (tool conventions, "Producers Section"): for `language`, `processed-by` and `sdk`, names and
    /// versions in the order in which they stand there.
    public struct Producer: Sendable, Hashable {
        /// What it was: `language`, `processed-by`, `sdk`, or another word.
        public let field: String
        /// For example `Rust`, `rustc`, `TinyGo`.
        public let name: String
        /// May be empty.
        public let version: String

        /// Names a producer.
        public init(field: String, name: String, version: String) {
            self.field = field
            self.name = name
            self.version = version
        }
    }

    /// Where the sections lie.
    public let outline: ModuleOutline
    /// The imports in their order.
    public var imports: [ModuleImport] = []
    /// The exports in their order.
    public var exports: [ModuleExport] = []
    /// The memories, imported ones first.
    public var memories: [Limits] = []
    /// The number of functions, imported ones included.
    public var functionCount = 0
    /// The index of the function that runs at instantiation, if there is one.
    public var start: Int?
    /// The custom sections in their order.
    public var customSections: [CustomSection] = []
    /// The module's own name (`name` section); `nil` without one.
    public var name: String?
    /// The names of functions by index (`name` section), as many as are worth keeping.
    public var functionNames: [Int: String] = [:]
    /// Who made it (`producers` section).
    public var producers: [Producer] = []
    /// The features that it says it uses (`target_features` section), with their sign: `+simd128`.
    public var targetFeatures: [String] = []
    /// The build's identity in hexadecimal (`build_id` section); `nil` without one.
    public var buildID: String?
    /// Where its source map is (`sourceMappingURL` section); `nil` without one.
    public var sourceMappingURL: String?
    /// What is wrong with it by the rules that an engine holds before it runs anything, in the order of the file.
    public var problems: [Finding] = []

    /// A module of which only the outline is known.
    public init(_ outline: ModuleOutline) { self.outline = outline }

    /// The bytes that a stripped module would not have: `.debug_*` sections and names.
    public var strippableSize: Int {
        customSections.reduce(0) { sum, section in
            section.name == "name" || section.name.hasPrefix(".debug_") ? sum + section.size : sum
        }
    }
}
