/// Exceptions: those of WebAssembly 3.0, and the legacy ones, which V8 still accepts.
extension BodyValidator {
    mutating func validateException(_ shape: InstructionShape) throws(BodyFault) {
        switch shape {
        case .throwing:
            let tag = context.tags[try index("tag", below: context.tags.count)]
            try pop(TypeList(context.types.parameters(of: tag)))
            becomeUnreachable()
        case .throwReference:
            try pop(StackType(.exception, isNullable: true))
            becomeUnreachable()
        case .tryTable: try validateTryTable()
        case .tryLegacy:
            let type = try readBlockType()
            let parameters = parameters(of: type)
            try pop(parameters)
            try pushFrame(.tryLegacy, type)
            try push(parameters)
        case .catchLegacy:
            let tag = context.tags[try index("tag", below: context.tags.count)]
            try pushFrame(.catchLegacy, try popTry())
            try push(TypeList(context.types.parameters(of: tag)))
        case .catchAllLegacy: try pushFrame(.catchAllLegacy, try popTry())
        case .delegate:
            let depth = try code.unsigned()
            guard frames.last?.kind == .tryLegacy else { throw fault("delegate without try") }
            let type = try popFrame().type
            _ = try frame(depth)
            try push(results(of: type))
        default:
            let depth = try code.unsigned()
            let kind = try frame(depth).kind
            guard kind == .catchLegacy || kind == .catchAllLegacy else {
                throw fault("rethrow refers to block \(depth), which is not a catch")
            }
            becomeUnreachable()
        }
    }

    /// Closes the part of a try before a catch.
    private mutating func popTry() throws(BodyFault) -> BlockType {
        guard let kind = frames.last?.kind, kind == .tryLegacy || kind == .catchLegacy else {
            throw fault("\(name) without try")
        }
        return try popFrame().type
    }

    private mutating func validateTryTable() throws(BodyFault) {
        let type = try readBlockType()
        let parameters = parameters(of: type)
        try pop(parameters)
        let count = try code.unsigned()
        guard count <= Self.branchTableLimit else {
            throw fault("try_table has \(count) catches; engines accept \(Self.branchTableLimit)")
        }
        for _ in 0..<count {
            let kind = try code.byte()
            guard kind < 4 else { throw fault("try_table has the unknown catch \(kind)") }
            var caught: [StackType] = []
            if kind < 2 {
                let tag = context.tags[try index("tag", below: context.tags.count)]
                caught = Array(context.types.values[context.types.parameters(of: tag)])
            }
            if kind & 1 == 1 { caught.append(StackType(.exception, isNullable: false)) }
            let label = try readLabel()
            guard label.count == caught.count,
                caught.indices.allSatisfy({ context.types.matches(caught[$0], self.type($0, of: label)) })
            else {
                throw fault(
                    "a catch of try_table gives \(Self.counted(caught)), its target needs something else"
                )
            }
        }
        try pushFrame(.block, type)
        try push(parameters)
    }
}
