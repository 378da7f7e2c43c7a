/// The value of a constant expression: the initial value of a global or table entry, or the offset of a segment.
struct Constant {
    let type: StackType
    /// An integer's value; `nil` for other types, or if it is known only at run time.
    var value: Int64?
}

/// Constant expressions (WebAssembly 3.0, "Constant Expressions").
extension ModuleReader {
    /// Reads an expression that must give a value of a type.
    mutating func readConstant(of expected: StackType, _ what: String) throws(ModuleReadError) -> Constant {
        let start = bytes.offset
        var stack: [Constant] = []
        while true {
            let offset = bytes.offset
            let code = try bytes.byte("the value of \(what)")
            switch code {
            case 0x0B:
                guard let result = stack.last, stack.count == 1 else {
                    throw .problem(
                        .invalid("the expression for \(what) gives \(stack.count) values", at: start)
                    )
                }
                guard types.matches(result.type, expected) else {
                    throw .problem(
                        .invalid("\(what) should have the type \(expected), but is \(result.type)", at: start)
                    )
                }
                return result
            case 0x6A...0x6C, 0x7C...0x7E:
                use(.extendedConstants, at: offset)
                guard let right = stack.popLast(), let left = stack.popLast() else {
                    throw .problem(.invalid("the value of \(what) lacks an operand", at: offset))
                }
                guard let sum = Constant(code, left, right) else {
                    throw .problem(
                        .invalid("the value of \(what) has an operand of a wrong type", at: offset)
                    )
                }
                stack.append(sum)
            case 0xFB: try readAggregate(&stack, at: offset, what)
            default: stack.append(try readOperand(code, at: offset, what))
            }
            guard stack.count <= Self.stackLimit else {
                throw .problem(.notJudged("the value of \(what) is too long to check", at: start))
            }
        }
    }

    /// Reads an instruction that gives a value and takes none.
    private mutating func readOperand(
        _ code: UInt8,
        at offset: Int,
        _ what: String
    ) throws(ModuleReadError) -> Constant {
        switch code {
        case 0x41: return Constant(type: .i32, value: try bytes.signed("a number", bits: 32))
        case 0x42: return Constant(type: .i64, value: try bytes.signed("a number", bits: 64))
        case 0x43:
            try bytes.skip(4, "a number")
            return Constant(type: .f32)
        case 0x44:
            try bytes.skip(8, "a number")
            return Constant(type: .f64)
        case 0xFD:
            guard try bytes.unsigned("an instruction") == 12 else { break }
            use(.simd, at: offset)
            try bytes.skip(16, "a vector")
            return Constant(type: .v128)
        case 0x23:
            let index = try bytes.unsigned("the index of a global")
            guard index < globals.count else {
                throw .problem(
                    .invalid("\(what) refers to global \(index), which is not defined yet", at: offset)
                )
            }
            guard !globals[index].isMutable else {
                throw .problem(.invalid("\(what) refers to global \(index), which is mutable", at: offset))
            }
            return Constant(type: globals[index].type, value: globals[index].value?.value)
        case 0xD0:
            use(.referenceTypes, at: offset)
            return Constant(type: StackType(try readHeapType(), isNullable: true))
        case 0xD2:
            use(.referenceTypes, at: offset)
            let index = try bytes.unsigned("the index of a function")
            guard index < functions.count else {
                throw .problem(
                    .invalid("\(what) refers to function \(index), which does not exist", at: offset)
                )
            }
            declare(index)
            return Constant(type: StackType(.defined(functions[index]), isNullable: false))
        default: break
        }
        throw .problem(.invalid("the value of \(what) is not constant: instruction \(code)", at: offset))
    }

    /// The largest number of values; compilers write far fewer.
    ///
    /// Without it, an expression of only numbers could exhaust the memory.
    private static let stackLimit = 100_000
}

extension Constant {
    init(type: StackType) { self.init(type: type, value: nil) }

    /// Evaluates `add`, `sub` or `mul` of 32 or 64 bits, which wrap around; `nil` for operands of a wrong type.
    fileprivate init?(_ code: UInt8, _ left: Constant, _ right: Constant) {
        let type = code < 0x70 ? StackType.i32 : .i64
        guard left.type == type, right.type == type else { return nil }
        guard let first = left.value, let second = right.value else {
            self.init(type: type)
            return
        }
        let wide =
            switch code {
            case 0x6A, 0x7C: first &+ second
            case 0x6B, 0x7D: first &- second
            default: first &* second
            }
        self.init(type: type, value: code < 0x70 ? Int64(Int32(truncatingIfNeeded: wide)) : wide)
    }
}
