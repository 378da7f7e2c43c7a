/// The type of a value (WebAssembly 3.0, "Binary Format", Value Types), as far as a reader of imports and exports needs it.
public enum ValueType: Hashable, Sendable {
    case i32
    case i64
    case f32
    case f64
    case v128
    /// Any reference type, in the text format's words: `funcref`, `externref`, `(ref null $3)`, …
    case reference(String)
}

/// What a function takes and gives.
public struct FunctionType: Hashable, Sendable {
    /// The parameters' types in order.
    public let parameters: [ValueType]
    /// The results' types in order.
    public let results: [ValueType]

    /// Describes a function type.
    public init(_ parameters: [ValueType], _ results: [ValueType]) {
        self.parameters = parameters
        self.results = results
    }
}

/// How large a memory or table is at first, and may become.
public struct Limits: Hashable, Sendable {
    /// The largest memory that an instance may begin with in Envoy: 1 GiB, in pages of 64 KiB.
    static let envoyPageLimit: UInt64 = 16_384

    /// At first: pages of 64 KiB, or entries.
    public let minimum: UInt64
    /// At most; `nil` without a bound.
    public let maximum: UInt64?
    /// Whether threads share it.
    public let isShared: Bool
    /// Whether it is addressed by 64 bits.
    public let is64: Bool

    /// Describes limits.
    public init(minimum: UInt64, maximum: UInt64? = nil, isShared: Bool = false, is64: Bool = false) {
        self.minimum = minimum
        self.maximum = maximum
        self.isShared = isShared
        self.is64 = is64
    }
}

/// What is imported or exported.
public enum ExternalType: Hashable, Sendable {
    case function(FunctionType)
    case table(ValueType, Limits)
    case memory(Limits)
    case global(ValueType, isMutable: Bool)
    case tag(FunctionType)
}

/// One import of a module.
public struct ModuleImport: Hashable, Sendable {
    /// The first name, for example `env`.
    public let module: String
    /// The second name.
    public let name: String
    /// What is asked for.
    public let type: ExternalType
    /// Where the import begins, in bytes from the start of the module.
    public let offset: Int

    /// Describes an import.
    public init(module: String, name: String, type: ExternalType, offset: Int) {
        self.module = module
        self.name = name
        self.type = type
        self.offset = offset
    }
}

/// One export of a module.
public struct ModuleExport: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// What is given.
    public let type: ExternalType
    /// Its index among the module's functions, tables, memories, globals or tags, imports first.
    public let index: Int
    /// Where the export begins, in bytes from the start of the module.
    public let offset: Int

    /// Describes an export.
    public init(name: String, type: ExternalType, index: Int, offset: Int) {
        self.name = name
        self.type = type
        self.index = index
        self.offset = offset
    }
}

/// A custom section.
public struct CustomSection: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// Where its content begins behind the name, in bytes from the start of the module.
    public let offset: Int
    /// The size of the content behind the name, in bytes.
    public let size: Int

    /// Describes a custom section.
    public init(name: String, offset: Int, size: Int) {
        self.name = name
        self.offset = offset
        self.size = size
    }
}
