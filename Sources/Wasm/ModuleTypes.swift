/// The type of a value (WebAssembly 3.0, "Binary Format", Value Types), as far as a reader of imports and exports needs it.
package enum ValueType: Hashable, Sendable {
    case i32
    case i64
    case f32
    case f64
    case v128
    /// Any reference type, in the text format's words: `funcref`, `externref`, `(ref null $3)`, …
    case reference(String)
}

/// What a function takes and gives.
package struct FunctionType: Hashable, Sendable {
    /// The parameters' types in order.
    package let parameters: [ValueType]
    /// The results' types in order.
    package let results: [ValueType]

    /// Describes a function type.
    package init(_ parameters: [ValueType], _ results: [ValueType]) {
        self.parameters = parameters
        self.results = results
    }
}

/// How large a memory or table is at first, and may become.
package struct Limits: Hashable, Sendable {
    /// At first: pages of 64 KiB, or entries.
    package let minimum: UInt64
    /// At most; `nil` without a bound.
    package let maximum: UInt64?
    /// Whether threads share it.
    package let isShared: Bool
    /// Whether it is addressed by 64 bits.
    package let is64: Bool

    /// Describes limits.
    package init(minimum: UInt64, maximum: UInt64? = nil, isShared: Bool = false, is64: Bool = false) {
        self.minimum = minimum
        self.maximum = maximum
        self.isShared = isShared
        self.is64 = is64
    }
}

/// One memory of a module.
package struct ModuleMemory: Hashable, Sendable {
    /// How large it is.
    package let limits: Limits
    /// Whether the module gets it from outside.
    package let isImported: Bool
    /// Where its limits stand, in bytes from the start of the module.
    package let offset: Int

    /// Describes a memory.
    package init(_ limits: Limits, isImported: Bool = false, offset: Int) {
        self.limits = limits
        self.isImported = isImported
        self.offset = offset
    }
}

/// What is imported or exported.
package enum ExternalType: Hashable, Sendable {
    case function(FunctionType)
    case table(ValueType, Limits)
    case memory(Limits)
    case global(ValueType, isMutable: Bool)
    case tag(FunctionType)
}

/// One import of a module.
package struct ModuleImport: Hashable, Sendable {
    /// The first name, for example `env`.
    package let module: String
    /// The second name.
    package let name: String
    /// What is asked for.
    package let type: ExternalType
    /// Where the import begins, in bytes from the start of the module.
    package let offset: Int

    /// Describes an import.
    package init(module: String, name: String, type: ExternalType, offset: Int) {
        self.module = module
        self.name = name
        self.type = type
        self.offset = offset
    }
}

/// One export of a module.
package struct ModuleExport: Hashable, Sendable {
    /// Its name.
    package let name: String
    /// What is given.
    package let type: ExternalType
    /// Its index among the module's functions, tables, memories, globals or tags, imports first.
    package let index: Int
    /// Where the export begins, in bytes from the start of the module.
    package let offset: Int

    /// Describes an export.
    package init(name: String, type: ExternalType, index: Int, offset: Int) {
        self.name = name
        self.type = type
        self.index = index
        self.offset = offset
    }
}

/// A custom section.
package struct CustomSection: Hashable, Sendable {
    /// Its name.
    package let name: String
    /// Where its content begins behind the name, in bytes from the start of the module.
    package let offset: Int
    /// The size of the content behind the name, in bytes.
    package let size: Int

    /// Describes a custom section.
    package init(name: String, offset: Int, size: Int) {
        self.name = name
        self.offset = offset
        self.size = size
    }
}
