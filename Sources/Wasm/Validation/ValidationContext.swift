/// What the sections before the code define.
struct ValidationContext {
    let types: TypeSpace
    /// The index of each function's type.
    let functions: [Int]
    let tables: [ModuleReader.Table]
    /// For each memory, the type of an address.
    let memories: [StackType]
    let globals: [ModuleReader.Global]
    /// The index of each tag's type.
    let tags: [Int]
    /// The type of each element segment's entries.
    let elements: [StackType]
    /// Whether `ref.func` may name a function; shorter than ``functions`` if the rest is not declared.
    let declared: [Bool]
    /// The number of data segments, as the data count section has it.
    let dataCount: Int

    init(_ reader: ModuleReader) {
        types = reader.types
        functions = reader.functions
        tables = reader.tables
        memories = reader.module.memories.map { $0.limits.is64 ? .i64 : .i32 }
        globals = reader.globals
        tags = reader.tags
        elements = reader.elements
        declared = reader.declared
        dataCount = reader.dataCount ?? 0
    }
}
