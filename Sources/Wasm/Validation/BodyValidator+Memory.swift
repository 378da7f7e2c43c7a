/// Memories and vectors' lanes.
extension BodyValidator {
    /// Validates a load, a store or an atomic operation.
    mutating func validateAccess(_ rule: InstructionTable.Rule) throws(BodyFault) {
        let address = try readPlace(rule)
        if rule.shape == .memoryLane { try readLane(below: 16 >> rule.detail) }
        try popOperands(rule)
        try pop(address)
        if rule.result != 0 { try push(StackType(bits: UInt32(rule.result))) }
    }

    /// Reads alignment, memory and offset, and returns the type of the address.
    private mutating func readPlace(_ rule: InstructionTable.Rule) throws(BodyFault) -> StackType {
        var alignment = try code.unsigned()
        var memory = 0
        if alignment & 0x40 != 0 {
            alignment ^= 0x40
            memory = try code.unsigned()
            if memory > 0 { try noteFeature(ModuleFeature.multiMemory.bit) }
        }
        let width = Int(rule.detail)
        guard alignment <= width, rule.shape != .atomic || alignment == width else {
            throw fault(
                rule.shape == .atomic
                    ? "\(name) needs the alignment 2^\(width), not 2^\(alignment)"
                    : "\(name) has the alignment 2^\(alignment), more than 2^\(width)"
            )
        }
        let offset = try code.unsigned64()
        guard memory < context.memories.count else {
            throw fault("\(name) refers to memory \(memory), but there are \(context.memories.count)")
        }
        let address = context.memories[memory]
        guard address == .i64 || offset <= UInt64(UInt32.max) else {
            throw fault("\(name) has the offset \(offset), which exceeds 32 bits")
        }
        return address
    }

    mutating func validateLane(_ rule: InstructionTable.Rule) throws(BodyFault) {
        if rule.shape == .shuffle {
            for _ in 0..<16 { try readLane(below: 32) }
        } else {
            try readLane(below: rule.detail)
        }
        try popOperands(rule)
        try push(StackType(bits: UInt32(rule.result)))
    }

    private mutating func readLane(below count: UInt8) throws(BodyFault) {
        let lane = try code.byte()
        guard lane < count else { throw fault("\(name) has the lane \(lane), but there are \(count)") }
    }

    mutating func validateMemory(_ shape: InstructionShape) throws(BodyFault) {
        switch shape {
        case .memorySize: try push(try readMemory())
        case .memoryGrow:
            let address = try readMemory()
            try pop(address)
            try push(address)
        case .memoryInit:
            _ = try index("data segment", below: context.dataCount)
            let address = try readMemory()
            try pop(.i32)
            try pop(.i32)
            try pop(address)
        case .dataDrop: _ = try index("data segment", below: context.dataCount)
        case .memoryCopy:
            let target = try readMemory()
            let source = try readMemory()
            try pop(target == source ? target : .i32)
            try pop(source)
            try pop(target)
        case .memoryFill:
            let address = try readMemory()
            try pop(address)
            try pop(.i32)
            try pop(address)
        default:
            guard try code.byte() == 0 else { throw fault("atomic.fence has an unknown ordering") }
        }
    }

    /// Reads the index of a memory, and returns the type of its addresses.
    private mutating func readMemory() throws(BodyFault) -> StackType {
        let index = try index("memory", below: context.memories.count)
        if index > 0 { try noteFeature(ModuleFeature.multiMemory.bit) }
        return context.memories[index]
    }
}
