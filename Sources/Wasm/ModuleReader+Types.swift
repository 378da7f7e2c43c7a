/// The type section, and types in other sections (WebAssembly 3.0, "Binary Format", Types).
extension ModuleReader {
    mutating func readTypes() throws(ModuleReadError) {
        for _ in 0..<(try bytes.count(of: "types", limit: Self.typeLimit)) { try readRecursiveGroup() }
    }

    private mutating func readRecursiveGroup() throws(ModuleReadError) {
        let start = bytes.offset
        let form = try bytes.byte("a type")
        guard form == 0x4E else { return try readSubtype(form, at: start, of: types.count + 1) }
        let size = try bytes.count(of: "types in a group", limit: Self.typeLimit)
        let end = types.count + size
        for _ in 0..<size {
            let start = bytes.offset
            try readSubtype(bytes.byte("a type"), at: start, of: end)
        }
    }

    /// Reads a type, which may refer to types before `end`.
    private mutating func readSubtype(_ form: UInt8, at start: Int, of end: Int) throws(ModuleReadError) {
        guard types.count < Self.typeLimit else {
            throw .problem(.invalid("there are more than \(Self.typeLimit) types", at: start))
        }
        var form = form
        if form == 0x50 || form == 0x4F {
            for _ in 0..<(try bytes.count(of: "supertypes", limit: 1)) {
                let start = bytes.offset
                let index = try bytes.unsigned("a supertype")
                guard index < types.count else { throw Self.undefinedType(index, at: start) }
                noteOnce(.notJudged("whether a type fits its supertype is not checked", at: start))
            }
            form = try bytes.byte("a type")
        }
        switch form {
        case 0x60:
            let parameters = try readValueTypes("parameters", before: end)
            let results = try readValueTypes("results", before: end)
            types.append(.function(FunctionType(parameters, results)))
        case 0x5F:
            for _ in 0..<(try bytes.count(of: "fields", limit: Self.fieldLimit)) {
                try readField(before: end)
            }
            types.append(.structure)
        case 0x5E:
            try readField(before: end)
            types.append(.array)
        default:
            throw .problem(.invalid("a type has the unknown form \(form)", at: start))
        }
    }

    private mutating func readValueTypes(_ what: String, before end: Int) throws(ModuleReadError)
        -> [ValueType]
    {
        let start = bytes.offset
        let count = try bytes.count(of: what, limit: 1000)
        keptValueTypes += count
        guard keptValueTypes <= Self.keptValueTypeLimit else {
            throw .problem(.notJudged("there are too many types to check", at: start))
        }
        var types: [ValueType] = []
        for _ in 0..<count { types.append(try readType(before: end).valueType) }
        return types
    }

    private mutating func readField(before end: Int) throws(ModuleReadError) {
        let start = bytes.offset
        let code = try bytes.byte("a field")
        // i8 and i16 exist in fields only.
        if code != 0x78, code != 0x77 { _ = try readType(code, at: start, before: end) }
        try readMutability()
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
        switch code {
        case 0x7F: return .number(.i32)
        case 0x7E: return .number(.i64)
        case 0x7D: return .number(.f32)
        case 0x7C: return .number(.f64)
        case 0x7B: return .number(.v128)
        case 0x63, 0x64:
            let heap = try readHeapType(before: end)
            return .reference(ReferenceType(isNullable: code == 0x63, heap: heap))
        default:
            guard let heap = ReferenceType.Heap(code: code) else {
                throw .problem(.invalid("unknown type \(code)", at: start))
            }
            return .reference(ReferenceType(isNullable: true, heap: heap))
        }
    }

    mutating func readReferenceType() throws(ModuleReadError) -> ReferenceType {
        let start = bytes.offset
        guard case .reference(let type) = try readType() else {
            throw .problem(.invalid("a reference type is expected here", at: start))
        }
        return type
    }

    mutating func readHeapType(before end: Int? = nil) throws(ModuleReadError) -> ReferenceType.Heap {
        let start = bytes.offset
        let code = try bytes.signed("a heap type", bits: 33)
        if let index = Int(exactly: code), index >= 0 {
            guard index < end ?? types.count else { throw Self.undefinedType(index, at: start) }
            return .defined(index)
        }
        guard code >= -64, let heap = ReferenceType.Heap(code: UInt8(truncatingIfNeeded: code & 0x7F)) else {
            throw .problem(.invalid("unknown heap type \(code)", at: start))
        }
        return heap
    }

    /// Reads the index of a function type, and returns it with the type.
    mutating func readFunctionType() throws(ModuleReadError) -> (index: Int, type: FunctionType) {
        let start = bytes.offset
        let index = try bytes.unsigned("the index of a type")
        guard types.indices.contains(index) else { throw Self.undefinedType(index, at: start) }
        guard case .function(let type) = types[index] else {
            throw .problem(.invalid("type \(index) is not a function type", at: start))
        }
        return (index, type)
    }

    /// Returns the type of a function; `nil` if the function does not exist.
    func functionType(at index: Int) -> FunctionType? {
        guard functions.indices.contains(index), case .function(let type) = types[functions[index]] else {
            return nil
        }
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
