import Diagnostics

/// Imports, definitions and exports of a module (WebAssembly 3.0, "Binary Format", Modules).
extension ModuleReader {
    mutating func readImports() throws(ModuleReadError) {
        defer { importedFunctionCount = functions.count }
        for _ in 0..<(try bytes.count(of: "imports", limit: Self.entryLimit)) {
            let start = bytes.offset
            let module = try bytes.name("an import's module name")
            let name = try bytes.name("an import's name")
            let type = try readImportedType()
            self.module.imports.append(ModuleImport(module: module, name: name, type: type, offset: start))
        }
    }

    private mutating func readImportedType() throws(ModuleReadError) -> ExternalType {
        let start = bytes.offset
        switch try bytes.byte("the kind of an import") {
        case 0:
            let index = try readFunctionType()
            addFunction(index)
            return .function(shownType(index))
        case 1:
            let type = try readReferenceType()
            let limits = try readTableLimits()
            addTable(Table(type: type, limits: limits), at: start)
            return .table(type.valueType, limits)
        case 2:
            let offset = bytes.offset
            let limits = try readMemoryLimits()
            addMemory(ModuleMemory(limits, isImported: true, offset: offset))
            return .memory(limits)
        case 3:
            let type = try readType()
            let isMutable = try readMutability()
            if isMutable { use(.mutableGlobals, at: start) }
            globals.append(Global(type: type, isMutable: isMutable, value: nil))
            return .global(type.valueType, isMutable: isMutable)
        case 4:
            let type = try readTagType()
            tags.append(type)
            return .tag(shownType(type))
        case let kind:
            throw .problem(.invalid("an import has the unknown kind \(kind)", at: start))
        }
    }

    mutating func readFunctions() throws(ModuleReadError) {
        for _ in 0..<(try bytes.count(of: "functions", limit: Self.entryLimit)) {
            addFunction(try readFunctionType())
        }
    }

    private mutating func addFunction(_ type: Int) {
        functions.append(type)
        module.functionCount = functions.count
    }

    mutating func readTables() throws(ModuleReadError) {
        for _ in 0..<(try bytes.count(of: "tables", limit: Self.tableLimit)) {
            let start = bytes.offset
            // 0x40 0x00 begins a table with an initial value for its entries.
            let hasValue = try bytes.peek() == 0x40
            if hasValue {
                try bytes.skip(1, "a table")
                guard try bytes.byte("a table") == 0 else {
                    throw .problem(.invalid("a table has an unknown kind", at: start))
                }
            }
            let type = try readReferenceType()
            let limits = try readTableLimits()
            if hasValue { _ = try readConstant(of: type, "the initial value of a table") }
            guard hasValue || type.isNullable else {
                throw .problem(.invalid("a table of \(type) needs an initial value", at: start))
            }
            addTable(Table(type: type, limits: limits), at: start)
        }
    }

    private mutating func addTable(_ table: Table, at offset: Int) {
        if tables.count == 1 { use(.referenceTypes, at: offset) }
        if table.limits.is64 { use(.memory64, at: offset) }
        tables.append(table)
    }

    mutating func readMemories() throws(ModuleReadError) {
        for _ in 0..<(try bytes.count(of: "memories", limit: Self.tableLimit)) {
            let start = bytes.offset
            addMemory(ModuleMemory(try readMemoryLimits(), offset: start))
        }
    }

    private mutating func addMemory(_ memory: ModuleMemory) {
        if module.memories.count == 1 { use(.multiMemory, at: memory.offset) }
        if memory.limits.is64 { use(.memory64, at: memory.offset) }
        if memory.limits.isShared { use(.threads, at: memory.offset) }
        module.memories.append(memory)
    }

    mutating func readTags() throws(ModuleReadError) {
        for _ in 0..<(try bytes.count(of: "tags", limit: Self.entryLimit)) { tags.append(try readTagType()) }
    }

    private mutating func readTagType() throws(ModuleReadError) -> Int {
        let start = bytes.offset
        let attribute = try bytes.byte("the attribute of a tag")
        guard attribute == 0 else {
            throw .problem(.invalid("a tag has the unknown attribute \(attribute)", at: start))
        }
        let type = try readFunctionType()
        guard types.results(of: type).isEmpty else {
            throw .problem(.invalid("a tag has results", at: start))
        }
        return type
    }

    mutating func readGlobals() throws(ModuleReadError) {
        for _ in 0..<(try bytes.count(of: "globals", limit: Self.entryLimit)) {
            let type = try readType()
            let isMutable = try readMutability()
            let value = try readConstant(of: type, "a global")
            globals.append(Global(type: type, isMutable: isMutable, value: value))
        }
    }

    mutating func readExports() throws(ModuleReadError) {
        var names: Set<ExactName> = []
        for _ in 0..<(try bytes.count(of: "exports", limit: Self.entryLimit)) {
            let start = bytes.offset
            let name = try bytes.name("an export's name")
            let kind = try bytes.byte("the kind of an export")
            let index = try bytes.unsigned("the index of an export")
            if kind == 0 { declare(index) }
            if kind == 3, index < globals.count, globals[index].isMutable { use(.mutableGlobals, at: start) }
            guard let type = exportedType(kind, index) else {
                let shown = name.printable.truncated(to: 80)
                throw .problem(
                    .invalid(
                        "the export \"\(shown)\" refers to item \(index) of kind \(kind), which does not exist",
                        at: start
                    )
                )
            }
            module.exports.append(ModuleExport(name: name, type: type, index: index, offset: start))
            guard names.insert(ExactName(name)).inserted else {
                note(.invalid("\"\(name.printable.truncated(to: 80))\" is exported twice", at: start))
                continue
            }
        }
    }

    private mutating func exportedType(_ kind: UInt8, _ index: Int) -> ExternalType? {
        switch kind {
        case 0 where index < functions.count: return .function(shownType(functions[index]))
        case 1 where index < tables.count: return .table(tables[index].type.valueType, tables[index].limits)
        case 2 where index < module.memories.count: return .memory(module.memories[index].limits)
        case 3 where index < globals.count:
            return .global(globals[index].type.valueType, isMutable: globals[index].isMutable)
        case 4 where index < tags.count: return .tag(shownType(tags[index]))
        default: return nil
        }
    }

    mutating func readStart() throws(ModuleReadError) {
        let start = bytes.offset
        let index = try bytes.unsigned("the index of the start function")
        guard index < functions.count else {
            throw .problem(.invalid("the start function, \(index), does not exist", at: start))
        }
        guard types.fields(of: functions[index]).isEmpty else {
            throw .problem(.invalid("the start function, \(index), has parameters or results", at: start))
        }
        module.start = index
    }

    /// V8's limits: entries of a section, and memories and tables.
    static let entryLimit = 1_000_000
    private static let tableLimit = 100_000
}

/// A name that equals only the same bytes; Swift's strings are equal if only their normalization differs.
private struct ExactName: Hashable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (left: ExactName, right: ExactName) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
