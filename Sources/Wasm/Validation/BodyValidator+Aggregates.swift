/// Structures and arrays.
extension BodyValidator {
    mutating func validateStructure(_ shape: InstructionShape) throws(BodyFault) {
        let index = try readType(.structure)
        let fields = context.types.fields(of: index)
        let object = StackType(.defined(index), isNullable: true)
        switch shape {
        case .structNew:
            for fieldIndex in fields.reversed() {
                if isBottomless { break }
                try pop(context.types.values[fieldIndex].unpacked)
            }
            try push(object.nonNullable)
        case .structNewDefault:
            for fieldIndex in fields where !context.types.values[fieldIndex].isDefaultable {
                throw fault("\(name) needs fields with default values")
            }
            try push(object.nonNullable)
        default:
            let fieldIndex = fields.lowerBound + (try self.index("field", below: fields.count))
            let type = context.types.values[fieldIndex]
            if shape == .structSet {
                try requireMutable(fieldIndex)
                try pop(type.unpacked)
                return try pop(object)
            }
            try requirePacked(type, shape == .structGetPacked)
            try pop(object)
            try push(type.unpacked)
        }
    }

    mutating func validateArray(_ shape: InstructionShape) throws(BodyFault) {
        if shape == .arrayLength {
            try pop(StackType(.array, isNullable: true))
            return try push(.i32)
        }
        let index = try readType(.array)
        let fieldIndex = context.types.fields(of: index).lowerBound
        let type = context.types.values[fieldIndex]
        let object = StackType(.defined(index), isNullable: true)
        switch shape {
        case .arrayNew, .arrayNewDefault, .arrayNewFixed, .arrayNewData, .arrayNewElements:
            try validateNewArray(shape, of: type)
            try push(object.nonNullable)
        case .arrayGet, .arrayGetPacked:
            try requirePacked(type, shape == .arrayGetPacked)
            try pop(.i32)
            try pop(object)
            try push(type.unpacked)
        case .arrayCopy:
            let sourceIndex = try readType(.array)
            let source = context.types.values[context.types.fields(of: sourceIndex).lowerBound]
            try requireMutable(fieldIndex)
            try require(source, fits: type)
            try pop(.i32)
            try pop(.i32)
            try pop(StackType(.defined(sourceIndex), isNullable: true))
            try pop(.i32)
            try pop(object)
        case .arraySet, .arrayFill:
            try requireMutable(fieldIndex)
            if shape == .arrayFill { try pop(.i32) }
            try pop(type.unpacked)
            try pop(.i32)
            try pop(object)
        default:
            try requireSegment(shape == .arrayInitData, of: type)
            try requireMutable(fieldIndex)
            for _ in 0..<3 { try pop(.i32) }
            try pop(object)
        }
    }

    /// Pops the operands of an instruction that makes an array.
    private mutating func validateNewArray(
        _ shape: InstructionShape,
        of type: StackType
    ) throws(BodyFault) {
        switch shape {
        case .arrayNew:
            try pop(.i32)
            try pop(type.unpacked)
        case .arrayNewDefault:
            guard type.isDefaultable else { throw fault("\(name) needs entries with a default value") }
            try pop(.i32)
        case .arrayNewFixed:
            let count = try code.unsigned()
            guard count <= Self.fixedLimit else {
                throw fault("\(name) has \(count) entries; engines accept \(Self.fixedLimit)")
            }
            for _ in 0..<count {
                if isBottomless { return }
                try pop(type.unpacked)
            }
        default:
            try requireSegment(shape == .arrayNewData, of: type)
            try pop(.i32)
            try pop(.i32)
        }
    }

    /// Reads the index of a segment of data or elements that must fit the entries of an array.
    private mutating func requireSegment(_ isData: Bool, of type: StackType) throws(BodyFault) {
        if isData {
            guard !type.isReference else { throw fault("\(name) needs an array of numbers, not of \(type)") }
            _ = try index("data segment", below: context.dataCount)
        } else {
            let segment = try readElements()
            try require(segment, fits: type)
        }
    }

    private func requireMutable(_ fieldIndex: Int) throws(BodyFault) {
        guard context.types.mutability[fieldIndex] else { throw fault("\(name) needs a mutable field") }
    }

    private func requirePacked(_ type: StackType, _ isPacked: Bool) throws(BodyFault) {
        guard type.isPacked == isPacked else {
            throw fault(
                "\(name) needs \(isPacked ? "an i8 or i16" : "another type than i8 or i16"), not \(type)"
            )
        }
    }

    /// V8's limit.
    private static let fixedLimit = 10_000
}
