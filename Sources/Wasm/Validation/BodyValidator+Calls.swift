/// Calls.
extension BodyValidator {
    mutating func validateCall(_ shape: InstructionShape) throws(BodyFault) {
        let type: Int
        switch shape {
        case .call, .returnCall:
            type = context.functions[try index("function", below: context.functions.count)]
        case .callIndirect, .returnCallIndirect:
            type = try readType(.function)
            let tableIndex = try index("table", below: context.tables.count)
            if tableIndex > 0 { try noteFeature(ModuleFeature.referenceTypes.bit) }
            let table = context.tables[tableIndex]
            guard context.types.matches(table.type, StackType(.function, isNullable: true)) else {
                throw fault("\(name) needs a table of functions, but table \(tableIndex) has \(table.type)")
            }
            try pop(table.address)
        default:
            type = try readType(.function)
            try pop(StackType(.defined(type), isNullable: true))
        }
        try pop(TypeList(context.types.parameters(of: type)))
        let results = TypeList(context.types.results(of: type))
        switch shape {
        case .call, .callIndirect, .callReference: try push(results)
        default:
            let own = TypeList(context.types.results(of: functionType))
            guard own.count == results.count,
                (0..<own.count).allSatisfy({
                    context.types.matches(self.type($0, of: results), self.type($0, of: own))
                })
            else { throw fault("\(name) calls a function whose results differ from its own") }
            becomeUnreachable()
        }
    }
}

extension ModuleReader.Table {
    /// The type of an index.
    var address: StackType { limits.is64 ? .i64 : .i32 }
}
