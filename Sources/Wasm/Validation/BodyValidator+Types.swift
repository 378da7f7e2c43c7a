/// Types and indexes in bodies.
extension BodyValidator {
    mutating func readLocals() throws(BodyFault) {
        locals.removeAll()
        for index in context.types.parameters(of: functionType) {
            locals.append(1, context.types.values[index])
        }
        locals.endParameters()
        let count = try code.unsigned()
        for _ in 0..<count {
            let added = try code.unsigned()
            guard added <= Self.localLimit - locals.count else {
                throw fault("it has \(locals.count + added) locals, more than \(Self.localLimit)")
            }
            let offset = code.offset
            locals.append(added, try readType(try code.byte(), at: offset))
        }
    }

    /// Reads a type that starts with a byte.
    mutating func readType(_ byte: UInt8, at offset: Int) throws(BodyFault) -> StackType {
        if byte == 0x63 || byte == 0x64 { return StackType(try readHeapType(), isNullable: byte == 0x63) }
        guard let type = StackType(code: byte) else { throw BodyFault("unknown type \(byte)", at: offset) }
        if let feature = type.feature { try noteType(feature) }
        return type
    }

    mutating func readHeapType() throws(BodyFault) -> HeapType {
        let offset = code.offset
        let number = try code.signed(bits: 33)
        if number >= 0 { return .defined(try typeIndex(Int(number))) }
        guard number >= -64, let heap = HeapType(code: UInt8(truncatingIfNeeded: number & 0x7F)) else {
            throw BodyFault("unknown heap type \(number)", at: offset)
        }
        if let feature = heap.feature { try noteType(feature) }
        return heap
    }

    /// Remembers the first use of a feature by a type, which has no instruction in the declaration of locals.
    private mutating func noteType(_ feature: ModuleFeature) throws(BodyFault) {
        if feature.bit & ~bodyFeatures.bits != 0 { try noteFeature(feature.bit) }
    }

    private func typeIndex(_ index: Int) throws(BodyFault) -> Int {
        guard index < context.types.count else { throw fault("type \(index) is not defined") }
        return Int(context.types.canonical[index])
    }

    /// Returns the index of the first type that equals one of a form.
    func requireType(_ form: TypeSpace.Form, _ index: Int) throws(BodyFault) -> Int {
        guard context.types.has(form, at: index) else {
            throw fault("\(name) refers to type \(index), which is not \(form.article)")
        }
        return Int(context.types.canonical[index])
    }

    mutating func readType(_ form: TypeSpace.Form) throws(BodyFault) -> Int {
        let index = try code.unsigned()
        return try requireType(form, index)
    }

    /// Reads an index that must be below a count.
    @inline(__always) mutating func index(_ what: StaticString, below count: Int) throws(BodyFault) -> Int {
        let index = try code.unsigned()
        guard index < count else { throw missing(what, index, of: count) }
        return index
    }

    private func missing(_ what: StaticString, _ index: Int, of count: Int) -> BodyFault {
        fault("\(name) refers to \(what) \(index), but there are \(count)")
    }

    /// V8's limit.
    private static let localLimit = 50_000
}

extension TypeSpace.Form {
    fileprivate var article: String {
        switch self {
        case .function: "a function type"
        case .structure: "a structure type"
        case .array: "an array type"
        }
    }
}
