/// The value of a constant expression: the initial value of a global or table entry, or the offset of a segment.
struct Constant {
    /// Its type; `nil` if only an engine can determine it.
    let type: StackType?
    /// An integer's value; `nil` for other types, or if it is known only at run time.
    var value: Int64?
}

/// Constant expressions (WebAssembly 3.0, "Constant Expressions").
extension ModuleReader {
    /// Reads an expression that must give a value of a type.
    mutating func readConstant(of expected: StackType, _ what: String) throws(ModuleReadError) -> Constant {
        let start = bytes.offset
        let constant = try readConstant(what)
        switch constant.type.map({ fits($0, in: expected) }) ?? nil {
        case true?: break
        case false?:
            let given = constant.type.map { "\($0)" } ?? "something else"
            throw .problem(.invalid("\(what) should have the type \(expected), but is \(given)", at: start))
        case nil: noteOnce(.notJudged("the type of a constant is not checked", at: start))
        }
        return constant
    }

    private mutating func readConstant(_ what: String) throws(ModuleReadError) -> Constant {
        let start = bytes.offset
        var stack: [Constant] = []
        // After an instruction of garbage collection, the types are unknown.
        var isKnown = true
        while true {
            let offset = bytes.offset
            let code = try bytes.byte("the value of \(what)")
            switch code {
            case 0x0B where isKnown:
                guard let result = stack.last, stack.count == 1 else {
                    throw .problem(
                        .invalid("the expression for \(what) gives \(stack.count) values", at: start)
                    )
                }
                return result
            case 0x0B:
                return Constant(type: nil, value: nil)
            case 0x6A...0x6C, 0x7C...0x7E:
                guard isKnown else { continue }
                guard let right = stack.popLast(), let left = stack.popLast() else {
                    throw .problem(.invalid("the value of \(what) lacks an operand", at: offset))
                }
                guard let sum = Constant(code, left, right) else {
                    throw .problem(
                        .invalid("the value of \(what) has an operand of a wrong type", at: offset)
                    )
                }
                stack.append(sum)
            case 0xFB:
                try skipAggregateInstruction(what)
                isKnown = false
                stack = []
            default:
                let constant = try readOperand(code, at: offset, what)
                if isKnown { stack.append(constant) }
            }
            guard stack.count <= Self.stackLimit else {
                throw .problem(
                    .notJudged("the value of \(what) is too long to check", at: start)
                )
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
        case 0x41: return Constant(type: .number(.i32), value: try bytes.signed("a number", bits: 32))
        case 0x42: return Constant(type: .number(.i64), value: try bytes.signed("a number", bits: 64))
        case 0x43:
            try bytes.skip(4, "a number")
            return Constant(type: .number(.f32))
        case 0x44:
            try bytes.skip(8, "a number")
            return Constant(type: .number(.f64))
        case 0xFD:
            guard try bytes.unsigned("an instruction") == 12 else { break }
            try bytes.skip(16, "a vector")
            return Constant(type: .number(.v128))
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
            return Constant(
                type: .reference(ReferenceType(isNullable: true, heap: try readHeapType()))
            )
        case 0xD2:
            let index = try bytes.unsigned("the index of a function")
            guard index < functions.count else {
                throw .problem(
                    .invalid("\(what) refers to function \(index), which does not exist", at: offset)
                )
            }
            return Constant(
                type: .reference(ReferenceType(isNullable: false, heap: .defined(functions[index])))
            )
        default: break
        }
        throw .problem(.invalid("the value of \(what) is not constant: instruction \(code)", at: offset))
    }

    /// Skips an instruction that makes a structure, an array or an `i31`.
    private mutating func skipAggregateInstruction(_ what: String) throws(ModuleReadError) {
        let offset = bytes.offset
        switch try bytes.unsigned("an instruction") {
        case 0, 1, 6, 7: _ = try bytes.unsigned("the index of a type")
        case 8:
            _ = try bytes.unsigned("the index of a type")
            _ = try bytes.unsigned("the length of an array")
        case 26, 27, 28: break
        case let code:
            throw .problem(
                .invalid("the value of \(what) is not constant: instruction 251 \(code)", at: offset)
            )
        }
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
        let type = StackType.number(code < 0x70 ? .i32 : .i64)
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
