/// Structures, arrays and other references of garbage collection in constant expressions.
extension ModuleReader {
    /// Reads an instruction after the prefix 0xFB, and replaces its operands by its result.
    mutating func readAggregate(
        _ stack: inout [Constant],
        at offset: Int,
        _ what: String
    ) throws(ModuleReadError) {
        use(.garbageCollection, at: offset)
        let code = try bytes.unsigned("an instruction")
        switch code {
        case 0, 1:
            let index = try readType(.structure, at: offset)
            let fields = types.fields(of: index)
            if code == 0 {
                for field in fields.reversed() {
                    try take(types.values[field].unpacked, from: &stack, at: offset, what)
                }
            } else {
                try requireDefault(types.values[fields], at: offset)
            }
            stack.append(Constant(type: StackType(.defined(index), isNullable: false)))
        case 6, 7, 8:
            let index = try readType(.array, at: offset)
            let field = types.values[types.fields(of: index)]
            let element = field.first?.unpacked ?? .unknown
            switch code {
            case 6:
                try take(.i32, from: &stack, at: offset, what)
                try take(element, from: &stack, at: offset, what)
            case 7:
                try take(.i32, from: &stack, at: offset, what)
                try requireDefault(field, at: offset)
            default:
                let count = try bytes.unsigned("the length of an array")
                guard count <= stack.count else {
                    throw .problem(.invalid("the value of \(what) lacks an operand", at: offset))
                }
                for _ in 0..<count { try take(element, from: &stack, at: offset, what) }
            }
            stack.append(Constant(type: StackType(.defined(index), isNullable: false)))
        case 26, 27:
            let heap = code == 26 ? HeapType.external : .any
            let given = stack.last?.type
            try take(StackType(heap, isNullable: true), from: &stack, at: offset, what)
            let type = StackType(code == 26 ? .any : .external, isNullable: given?.isNullable ?? true)
            stack.append(Constant(type: type))
        case 28:
            try take(.i32, from: &stack, at: offset, what)
            stack.append(Constant(type: StackType(.i31, isNullable: false)))
        default:
            throw .problem(
                .invalid("the value of \(what) is not constant: instruction 251 \(code)", at: offset)
            )
        }
    }

    private mutating func take(
        _ type: StackType,
        from stack: inout [Constant],
        at offset: Int,
        _ what: String
    ) throws(ModuleReadError) {
        guard let last = stack.popLast() else {
            throw .problem(.invalid("the value of \(what) lacks an operand", at: offset))
        }
        guard types.matches(last.type, type) else {
            throw .problem(.invalid("the value of \(what) has an operand of a wrong type", at: offset))
        }
    }

    private mutating func readType(_ form: TypeSpace.Form, at offset: Int) throws(ModuleReadError) -> Int {
        let index = try bytes.unsigned("the index of a type")
        guard types.has(form, at: index) else {
            throw .problem(.invalid("type \(index) does not exist, or is another kind of type", at: offset))
        }
        return Int(types.canonical[index])
    }

    private func requireDefault(_ fields: ArraySlice<StackType>, at offset: Int) throws(ModuleReadError) {
        guard fields.allSatisfy(\.isDefaultable) else {
            throw .problem(.invalid("a field of a new object has no default value", at: offset))
        }
    }
}
