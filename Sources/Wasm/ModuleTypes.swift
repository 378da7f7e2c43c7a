/// The type of a value (WebAssembly 3.0, "Binary Format", Value Types) in an import or export.
package enum ValueType: Hashable, Sendable {
    case i32
    case i64
    case f32
    case f64
    case v128
    /// Any reference type, in the notation of the text format: `funcref`, `externref`, `(ref null $3)`, …
    case reference(String)
}

/// The type of a function.
package struct FunctionType: Hashable, Sendable {
    /// The parameters' types in order.
    package let parameters: [ValueType]
    /// The results' types in order.
    package let results: [ValueType]

    /// Creates a function type.
    package init(_ parameters: [ValueType], _ results: [ValueType]) {
        self.parameters = parameters
        self.results = results
    }
}

/// The initial and maximum size of a memory or table.
package struct Limits: Hashable, Sendable {
    /// The initial size: pages of 64 KiB, or entries.
    package let minimum: UInt64
    /// The maximum size; `nil` for none.
    package let maximum: UInt64?
    /// Whether threads share it.
    package let isShared: Bool
    /// Whether its addresses have 64 bits.
    package let is64: Bool

    /// Creates limits.
    package init(minimum: UInt64, maximum: UInt64? = nil, isShared: Bool = false, is64: Bool = false) {
        self.minimum = minimum
        self.maximum = maximum
        self.isShared = isShared
        self.is64 = is64
    }
}

/// A memory of a module.
package struct ModuleMemory: Hashable, Sendable {
    /// Its size.
    package let limits: Limits
    /// Whether the module imports it.
    package let isImported: Bool
    /// The offset of its limits, in bytes from the start of the module.
    package let offset: Int

    /// Creates a memory.
    package init(_ limits: Limits, isImported: Bool = false, offset: Int) {
        self.limits = limits
        self.isImported = isImported
        self.offset = offset
    }
}

/// The type of an import or export.
package enum ExternalType: Hashable, Sendable {
    case function(FunctionType)
    case table(ValueType, Limits)
    case memory(Limits)
    case global(ValueType, isMutable: Bool)
    case tag(FunctionType)
}

/// An import of a module.
package struct ModuleImport: Hashable, Sendable {
    /// The module name, for example `env`.
    package let module: String
    /// The name within that module.
    package let name: String
    /// The required type.
    package let type: ExternalType
    /// The offset of the import, in bytes from the start of the module.
    package let offset: Int

    /// Creates an import.
    package init(module: String, name: String, type: ExternalType, offset: Int) {
        self.module = module
        self.name = name
        self.type = type
        self.offset = offset
    }
}

/// An export of a module.
package struct ModuleExport: Hashable, Sendable {
    /// Its name.
    package let name: String
    /// Its type.
    package let type: ExternalType
    /// Its index among the module's functions, tables, memories, globals or tags, imports first.
    package let index: Int
    /// The offset of the export, in bytes from the start of the module.
    package let offset: Int

    /// Creates an export.
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
    /// The offset of the content after the name, in bytes from the start of the module.
    package let offset: Int
    /// The size of the content after the name, in bytes.
    package let size: Int

    /// Creates a custom section.
    package init(name: String, offset: Int, size: Int) {
        self.name = name
        self.offset = offset
        self.size = size
    }
}
