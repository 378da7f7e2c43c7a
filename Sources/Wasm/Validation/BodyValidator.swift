import Diagnostics

/// A validator of function bodies (WebAssembly 3.0, "Validation Algorithm").
///
/// It has a stack of types and a stack of blocks, and does not recurse. Rules and limits are those of the V8 in Envoy.
struct BodyValidator {
    let context: ValidationContext
    let table = InstructionTable.shared
    var code: BodyReader
    /// The types on the stack; ``top`` of them count.
    var stack: [StackType] = []
    var top = 0
    /// The blocks, the function's own first.
    var frames: [Frame] = []
    /// The height of the stack at the start of the innermost block.
    var height = 0
    /// Whether the rest of the innermost block cannot be reached.
    var isUnreachable = false
    var locals = LocalTypes()
    /// The index of the type of the function.
    var functionType = 0
    /// The index in ``table`` of the instruction.
    var instruction = 0
    /// The offset of the instruction.
    var start = 0
    /// Whether the locals are read, before the first instruction.
    var isInLocals = false
    /// The number of `br_table` instructions so far.
    var branchTables: Int32 = 0
    /// The features that were found so far.
    var features: FeatureSet
    /// Those of bodies.
    var bodyFeatures = FeatureSet()
    /// The first uses of features, of those that no section before the code has.
    var uses: [FeatureUse] = []
    var function = 0

    /// A block.
    struct Frame {
        enum Kind: UInt8 {
            case function, block, loop, conditional, otherwise, tryLegacy, catchLegacy, catchAllLegacy
        }

        let kind: Kind
        var isUnreachable = false
        let type: BlockType
        /// The height of the stack at its start.
        let height: Int32
        /// The number of assigned locals at its start.
        let assigned: Int32
        /// The last `br_table` that was checked for it.
        var branchTable: Int32 = 0
    }

    init(_ context: ValidationContext, _ code: BodyReader, features: FeatureSet) {
        self.context = context
        self.code = code
        self.features = features
    }

    /// How many instructions are validated between two looks for a cancellation.
    private static let cancellationInterval = 1024

    /// Validates the body of a function; the reader holds the body and nothing else.
    mutating func validate(_ function: Int) throws(BodyFault) {
        self.function = function
        functionType = context.functions[function]
        top = 0
        height = 0
        isUnreachable = false
        frames.removeAll(keepingCapacity: true)
        start = code.offset
        isInLocals = true
        try readLocals()
        isInLocals = false
        frames.append(
            Frame(kind: .function, type: BlockType(index: functionType), height: 0, assigned: 0)
        )
        var count = 0
        while !frames.isEmpty {
            start = code.offset
            count += 1
            if count % Self.cancellationInterval == 0, Task.isCancelled {
                throw BodyFault("", at: start, failure: .interrupted)
            }
            guard code.remaining > 0 else {
                throw BodyFault("the body does not finish with an end instruction", at: start)
            }
            instruction = Int(try code.byte())
            try validateInstruction()
        }
        guard code.remaining == 0 else {
            throw BodyFault("\(code.remaining) bytes follow the end of the body", at: code.offset)
        }
    }

    private mutating func validateInstruction() throws(BodyFault) {
        var rule = table.rules[instruction]
        if rule.shape == .prefix {
            let indices = table.prefixes[Int(rule.detail)]
            let number = try code.unsigned()
            guard number < indices.count else {
                throw fault("there is no instruction 0x\(hexadecimal(instruction)) \(number)")
            }
            instruction = indices.lowerBound + number
            rule = table.rules[instruction]
        }
        if rule.feature & ~bodyFeatures.bits != 0 { try noteFeature(rule.feature) }
        switch rule.shape {
        case .plain: try apply(rule)
        case .localGet, .localSet, .localTee, .globalGet, .globalSet: try validateVariable(rule.shape)
        case .constant32:
            _ = try code.signed(bits: 32)
            try push(.i32)
        case .constant64:
            _ = try code.signed(bits: 64)
            try push(.i64)
        case .constantFloat32:
            try code.skip(4)
            try push(.f32)
        case .constantFloat64:
            try code.skip(8)
            try push(.f64)
        case .constantVector:
            try code.skip(16)
            try push(.v128)
        case .memory, .atomic, .memoryLane: try validateAccess(rule)
        case .unreachable, .nop, .block, .loop, .conditional, .otherwise, .end, .branch, .branchIf,
            .branchTable,
            .returning, .drop, .select, .selectTyped:
            try validateControl(rule.shape)
        case .call, .callIndirect, .callReference, .returnCall, .returnCallIndirect, .returnCallReference:
            try validateCall(rule.shape)
        case .tryLegacy, .catchLegacy, .catchAllLegacy, .delegate, .rethrow, .throwing, .throwReference,
            .tryTable:
            try validateException(rule.shape)
        case .memorySize, .memoryGrow, .memoryInit, .memoryCopy, .memoryFill, .dataDrop, .fence:
            try validateMemory(rule.shape)
        case .lane, .shuffle: try validateLane(rule)
        case .tableGet, .tableSet, .tableInit, .tableCopy, .tableGrow, .tableSize, .tableFill, .elementDrop:
            try validateTable(rule.shape)
        case .referenceNull, .referenceIsNull, .referenceFunction, .referenceEqual, .referenceAsNonNull,
            .branchOnNull, .branchOnNonNull, .referenceTest, .referenceCast, .branchOnCast, .branchOnCastFail,
            .convertExternal, .convertAny, .i31, .i31Get:
            try validateReference(rule)
        case .structNew, .structNewDefault, .structGet, .structGetPacked, .structSet:
            try validateStructure(rule.shape)
        case .arrayNew, .arrayNewDefault, .arrayNewFixed, .arrayNewData, .arrayNewElements, .arrayGet,
            .arrayGetPacked, .arraySet, .arrayLength, .arrayFill, .arrayCopy, .arrayInitData,
            .arrayInitElements:
            try validateArray(rule.shape)
        case .undefined, .prefix:
            throw fault("there is no instruction 0x\(hexadecimal(instruction))")
        }
    }

    /// Replaces the operands of an instruction by its result.
    @inline(__always) private mutating func apply(_ rule: InstructionTable.Rule) throws(BodyFault) {
        let count = Int(rule.operandCount)
        guard top - height >= count else { return try applySlowly(rule) }
        for index in 0..<count where stack[top - 1 - index] != rule.operand(index) {
            return try applySlowly(rule)
        }
        top -= count
        if rule.result != 0 { try push(StackType(bits: UInt32(rule.result))) }
    }

    /// The same where the stack has other types, or fewer.
    private mutating func applySlowly(_ rule: InstructionTable.Rule) throws(BodyFault) {
        let count = Int(rule.operandCount)
        for index in 0..<count {
            let position = top - 1 - index
            guard
                position >= height
                    ? stack[position] == rule.operand(index) || stack[position] == .unknown : isUnreachable
            else { throw mismatch((0..<count).reversed().map { rule.operand($0) }) }
        }
        top = max(height, top - count)
        if rule.result != 0 { try push(StackType(bits: UInt32(rule.result))) }
    }

    /// Pops the operands of an instruction without its result.
    mutating func popOperands(_ rule: InstructionTable.Rule) throws(BodyFault) {
        for index in 0..<Int(rule.operandCount) { try pop(rule.operand(index)) }
    }
}
