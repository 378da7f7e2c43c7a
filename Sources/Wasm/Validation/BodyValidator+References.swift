/// References: null, functions, casts and conversions.
extension BodyValidator {
    mutating func validateReference(_ rule: InstructionTable.Rule) throws(BodyFault) {
        switch rule.shape {
        case .referenceNull: try push(StackType(try readHeapType(), isNullable: true))
        case .referenceIsNull:
            _ = try popReference()
            try push(.i32)
        case .referenceFunction:
            let index = try index("function", below: context.functions.count)
            guard index < context.declared.count, context.declared[index] else {
                throw fault("ref.func refers to function \(index), which no export, element or global names")
            }
            try push(StackType(.defined(context.functions[index]), isNullable: false))
        case .referenceEqual:
            try pop(StackType(.equal, isNullable: true))
            try pop(StackType(.equal, isNullable: true))
            try push(.i32)
        case .referenceAsNonNull: try push(try popReference().nonNullable)
        case .branchOnNull:
            let label = try readLabel()
            let type = try popReference()
            try pop(label)
            try push(label)
            try push(type.nonNullable)
        case .branchOnNonNull: try validateBranchOnNonNull()
        case .referenceTest, .referenceCast:
            let heap = try readHeapType()
            try pop(StackType(context.types.top(of: heap), isNullable: true))
            try push(
                rule.shape == .referenceTest ? .i32 : StackType(heap, isNullable: rule.detail == 1)
            )
        case .branchOnCast: try validateBranchOnCast(onFailure: false)
        case .branchOnCastFail: try validateBranchOnCast(onFailure: true)
        case .convertExternal: try convert(.external, to: .any)
        case .convertAny: try convert(.any, to: .external)
        case .i31:
            try pop(.i32)
            try push(StackType(.i31, isNullable: false))
        default:
            try pop(StackType(.i31, isNullable: true))
            try push(.i32)
        }
    }

    private mutating func convert(_ source: HeapType, to target: HeapType) throws(BodyFault) {
        let isNullable = top > height ? stack[top - 1].isNullable : false
        try pop(StackType(source, isNullable: true))
        try push(StackType(target, isNullable: isNullable))
    }

    private mutating func validateBranchOnNonNull() throws(BodyFault) {
        let label = try readLabel()
        try push(try popReference().nonNullable)
        // V8 also accepts a target without values, which gets no reference.
        guard label.count > 0 else { return top -= 1 }
        try pop(label)
        try push(label)
        top -= 1
    }

    private mutating func validateBranchOnCast(onFailure: Bool) throws(BodyFault) {
        let flags = try code.byte()
        guard flags < 4 else { throw fault("\(name) has the unknown flags \(flags)") }
        let label = try readLabel()
        let source = StackType(try readHeapType(), isNullable: flags & 1 != 0)
        let target = StackType(try readHeapType(), isNullable: flags & 2 != 0)
        guard context.types.matches(target, source) else {
            throw fault("\(name) casts \(source) to \(target), which is not a subtype")
        }
        // Null goes with the cast that accepts it.
        let rest = target.isNullable ? source.nonNullable : source
        let sent = onFailure ? rest : target
        guard label.count > 0, context.types.matches(sent, type(label.count - 1, of: label)) else {
            throw fault("\(name) needs a target whose last value is \(sent)")
        }
        try pop(source)
        try replace(label)
        try push(onFailure ? target : rest)
    }

    /// Gives the values before the last one of a target the types of that target.
    private mutating func replace(_ label: TypeList) throws(BodyFault) {
        let count = label.count - 1
        for index in (0..<count).reversed() { try pop(type(index, of: label)) }
        for index in 0..<count { try push(type(index, of: label)) }
    }
}
