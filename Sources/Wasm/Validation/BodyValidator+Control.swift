/// Blocks, branches, and instructions for values of any type.
extension BodyValidator {
    mutating func validateControl(_ shape: InstructionShape) throws(BodyFault) {
        switch shape {
        case .unreachable: becomeUnreachable()
        case .nop: break
        case .block: try open(.block)
        case .loop: try open(.loop)
        case .conditional: try open(.conditional)
        case .otherwise:
            guard frames.last?.kind == .conditional else { throw fault("else without if") }
            let type = try popFrame().type
            try pushFrame(.otherwise, type)
            try push(parameters(of: type))
        case .end: try close()
        case .branch:
            let label = try readLabel()
            try pop(label)
            becomeUnreachable()
        case .branchIf:
            let label = try readLabel()
            try pop(.i32)
            try pop(label)
            try push(label)
        case .branchTable: try validateBranchTable()
        case .returning:
            try pop(TypeList(context.types.results(of: functionType)))
            becomeUnreachable()
        case .drop: _ = try popAny()
        case .select: try validateSelect()
        default:
            guard try code.unsigned() == 1 else { throw fault("select has not exactly one type") }
            let offset = code.offset
            let type = try readType(try code.byte(), at: offset)
            try pop(.i32)
            try pop(type)
            try pop(type)
            try push(type)
        }
    }

    private mutating func open(_ kind: Frame.Kind) throws(BodyFault) {
        let type = try readBlockType()
        if kind == .conditional { try pop(.i32) }
        let parameters = parameters(of: type)
        try pop(parameters)
        try pushFrame(kind, type)
        try push(parameters)
    }

    private mutating func close() throws(BodyFault) {
        let frame = try popFrame()
        if frame.kind == .conditional {
            // Without else, the parameters are the results.
            try pushFrame(.otherwise, frame.type)
            try push(parameters(of: frame.type))
            _ = try popFrame()
        }
        if !frames.isEmpty { try push(results(of: frame.type)) }
    }

    private mutating func validateBranchTable() throws(BodyFault) {
        let count = try code.unsigned()
        guard count <= Self.branchTableLimit else {
            throw fault("br_table has \(count) targets; engines accept \(Self.branchTableLimit)")
        }
        try pop(.i32)
        branchTables &+= 1
        var arity: Int?
        for _ in 0...count {
            let depth = try code.unsigned()
            let target = try frame(depth)
            // A table may name a block thousands of times.
            if target.branchTable == branchTables { continue }
            frames[frames.count - 1 - depth].branchTable = branchTables
            let label = label(of: target)
            guard arity ?? label.count == label.count else {
                throw fault("br_table has targets with \(arity ?? 0) and \(label.count) values")
            }
            arity = label.count
            try require(label)
        }
        becomeUnreachable()
    }

    private mutating func validateSelect() throws(BodyFault) {
        try pop(.i32)
        let second = try popAny()
        let first = try popAny()
        guard !first.isReference, !second.isReference else {
            throw fault("select of references needs a type")
        }
        guard first == second || first == .unknown || second == .unknown else {
            throw fault("select needs two values of one type, the stack has \(Self.counted([first, second]))")
        }
        try push(first == .unknown ? second : first)
    }

    mutating func validateVariable(_ shape: InstructionShape) throws(BodyFault) {
        if shape == .globalGet || shape == .globalSet {
            let index = try index("global", below: context.globals.count)
            let global = context.globals[index]
            if shape == .globalGet { return try push(global.type) }
            guard global.isMutable else {
                throw fault("global.set refers to global \(index), which is constant")
            }
            return try pop(global.type)
        }
        let index = try index("local", below: locals.count)
        let type = locals.type(at: index)
        if !type.isDefaultable {
            if shape != .localGet {
                locals.set(index)
            } else if !locals.isSet(index) {
                throw fault("local \(index) of the type \(type) is read before it is set")
            }
        }
        switch shape {
        case .localGet: try push(type)
        case .localSet: try pop(type)
        default:
            try pop(type)
            try push(type)
        }
    }

    /// V8's limit for `br_table` and `try_table`.
    static let branchTableLimit = 65_520
}
