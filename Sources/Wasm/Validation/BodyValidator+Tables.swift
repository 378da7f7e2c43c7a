/// Tables and element segments.
extension BodyValidator {
    mutating func validateTable(_ shape: InstructionShape) throws(BodyFault) {
        switch shape {
        case .tableGet:
            let table = try readTable()
            try pop(table.address)
            try push(table.type)
        case .tableSet:
            let table = try readTable()
            try pop(table.type)
            try pop(table.address)
        case .tableSize: try push(try readTable().address)
        case .tableGrow:
            let table = try readTable()
            try pop(table.address)
            try pop(table.type)
            try push(table.address)
        case .tableFill:
            let table = try readTable()
            try pop(table.address)
            try pop(table.type)
            try pop(table.address)
        case .tableInit:
            let segment = try readElements()
            let table = try readTable()
            try require(segment, fits: table.type)
            try pop(.i32)
            try pop(.i32)
            try pop(table.address)
        case .tableCopy:
            let target = try readTable()
            let source = try readTable()
            try require(source.type, fits: target.type)
            try pop(target.address == source.address ? target.address : .i32)
            try pop(source.address)
            try pop(target.address)
        default: _ = try readElements()
        }
    }

    private mutating func readTable() throws(BodyFault) -> ModuleReader.Table {
        context.tables[try index("table", below: context.tables.count)]
    }

    /// Reads the index of an element segment, and returns the type of its entries.
    mutating func readElements() throws(BodyFault) -> StackType {
        context.elements[try index("element segment", below: context.elements.count)]
    }

    func require(_ type: StackType, fits target: StackType) throws(BodyFault) {
        guard context.types.matches(type, target) else {
            throw fault("\(name) puts \(type) where \(target) is needed")
        }
    }
}
