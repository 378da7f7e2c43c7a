/// The type section, and types in other sections (WebAssembly 3.0, "Binary Format", Types).
extension ModuleReader {
    mutating func readTypes() throws(ModuleReadError) {
        for _ in 0..<(try bytes.count(of: "types", limit: Self.typeLimit)) { try readRecursiveGroup() }
    }

    /// Reads a group of types, and adds all of them or none: they may refer to each other.
    private mutating func readRecursiveGroup() throws(ModuleReadError) {
        let first = types.count
        let firstValue = types.values.count
        do throws(ModuleReadError) {
            try readRecursiveGroup(from: first)
        } catch {
            types.removeGroup(from: first, valuesFrom: firstValue)
            throw error
        }
    }

    private mutating func readRecursiveGroup(from first: Int) throws(ModuleReadError) {
        let start = bytes.offset
        let form = try bytes.byte("a type")
        if form == 0x4E {
            use(.garbageCollection, at: start)
            let size = try bytes.count(of: "types in a group", limit: Self.typeLimit)
            for _ in 0..<size {
                let start = bytes.offset
                try readSubtype(bytes.byte("a type"), at: start, in: first..<first + size)
            }
        } else {
            try readSubtype(form, at: start, in: first..<first + 1)
        }
        guard !types.mergeGroup(from: first) else { return }
        for index in first..<types.count {
            if let fault = types.subtypeFault(of: index) { throw .problem(.invalid(fault, at: start)) }
        }
    }

    /// Reads a type of a group, which may refer to all types of that group.
    private mutating func readSubtype(
        _ form: UInt8,
        at start: Int,
        in group: Range<Int>
    ) throws(ModuleReadError) {
        guard types.count < Self.typeLimit else {
            throw .problem(.invalid("there are more than \(Self.typeLimit) types", at: start))
        }
        var form = form
        let isFinal = form != 0x50
        var supertype: Int?
        if form == 0x50 || form == 0x4F {
            use(.garbageCollection, at: start)
            for _ in 0..<(try bytes.count(of: "supertypes", limit: 1)) {
                let start = bytes.offset
                let index = try bytes.unsigned("a supertype")
                guard index < types.count else { throw Self.undefinedType(index, at: start) }
                supertype = Int(types.canonical[index])
            }
            form = try bytes.byte("a type")
        }
        let values = types.values.count
        var parameterCount = 0
        switch form {
        case 0x60:
            try readValueTypes("parameters", before: group.upperBound)
            parameterCount = types.values.count - values
            try readValueTypes("results", before: group.upperBound)
            if types.values.count - values - parameterCount > 1 { use(.multiValue, at: start) }
        case 0x5F:
            use(.garbageCollection, at: start)
            for _ in 0..<(try bytes.count(of: "fields", limit: Self.fieldLimit)) {
                try readField(before: group.upperBound)
            }
        case 0x5E:
            use(.garbageCollection, at: start)
            try readField(before: group.upperBound)
        default:
            throw .problem(.invalid("a type has the unknown form \(form)", at: start))
        }
        types.add(
            form == 0x60 ? .function : form == 0x5F ? .structure : .array,
            isFinal: isFinal,
            supertype: supertype,
            valuesFrom: values,
            parameterCount: parameterCount
        )
    }

    private mutating func readValueTypes(_ what: String, before end: Int) throws(ModuleReadError) {
        for _ in 0..<(try bytes.count(of: what, limit: 1000)) { try append(try readType(before: end)) }
    }

    private mutating func readField(before end: Int) throws(ModuleReadError) {
        let start = bytes.offset
        let code = try bytes.byte("a field")
        let type: StackType
        switch code {
        case 0x78: type = .i8
        case 0x77: type = .i16
        default: type = try readType(code, at: start, before: end)
        }
        try append(type, isMutable: try readMutability())
    }

    private mutating func append(_ type: StackType, isMutable: Bool = false) throws(ModuleReadError) {
        guard types.values.count < Self.keptValueTypeLimit else {
            throw .problem(.notJudged("there are too many types to check", at: bytes.offset))
        }
        types.append(type, isMutable: isMutable)
    }

    /// Reads whether a global or field is mutable.
    @discardableResult mutating func readMutability() throws(ModuleReadError) -> Bool {
        let start = bytes.offset
        let code = try bytes.byte("a mutability")
        guard code <= 1 else { throw .problem(.invalid("invalid mutability \(code)", at: start)) }
        return code == 1
    }

    /// Reads a value's type; it may refer to the module's types before `end`, or to all if that is `nil`.
    mutating func readType(before end: Int? = nil) throws(ModuleReadError) -> StackType {
        let start = bytes.offset
        return try readType(bytes.byte("a type"), at: start, before: end)
    }

    private mutating func readType(
        _ code: UInt8,
        at start: Int,
        before end: Int?
    ) throws(ModuleReadError) -> StackType {
        if code == 0x63 || code == 0x64 {
            use(.typedReferences, at: start)
            return StackType(try readHeapType(before: end), isNullable: code == 0x63)
        }
        guard let type = StackType(code: code) else {
            throw .problem(.invalid("unknown type \(code)", at: start))
        }
        if let feature = type.feature { use(feature, at: start) }
        return type
    }

    mutating func readReferenceType() throws(ModuleReadError) -> StackType {
        let start = bytes.offset
        let type = try readType()
        guard type.isReference else {
            throw .problem(.invalid("a reference type is expected here", at: start))
        }
        return type
    }

    mutating func readHeapType(before end: Int? = nil) throws(ModuleReadError) -> HeapType {
        let start = bytes.offset
        let code = try bytes.signed("a heap type", bits: 33)
        if let index = Int(exactly: code), index >= 0 {
            guard index < end ?? types.count else { throw Self.undefinedType(index, at: start) }
            return .defined(index < types.count ? Int(types.canonical[index]) : index)
        }
        guard code >= -64, let heap = HeapType(code: UInt8(truncatingIfNeeded: code & 0x7F)) else {
            throw .problem(.invalid("unknown heap type \(code)", at: start))
        }
        if let feature = heap.feature { use(feature, at: start) }
        return heap
    }

    /// Reads the index of a function type; it is that of the first equal type.
    mutating func readFunctionType() throws(ModuleReadError) -> Int {
        let start = bytes.offset
        let index = try bytes.unsigned("the index of a type")
        guard index < types.count else { throw Self.undefinedType(index, at: start) }
        guard types.has(.function, at: index) else {
            throw .problem(.invalid("type \(index) is not a function type", at: start))
        }
        return Int(types.canonical[index])
    }

    /// Returns a function type as imports and exports show it, made once for all of them.
    mutating func shownType(_ index: Int) -> FunctionType {
        if let type = shownTypes[index] { return type }
        let type = types.functionType(index)
        shownTypes[index] = type
        return type
    }

    private static func undefinedType(_ index: Int, at offset: Int) -> ModuleReadError {
        .problem(.invalid("type \(index) is not defined", at: offset))
    }

    /// V8's limits.
    private static let typeLimit = 1_000_000
    private static let fieldLimit = 10_000
    /// Compilers write fewer; a module of only types could exhaust the memory.
    private static let keptValueTypeLimit = 2_000_000
}
