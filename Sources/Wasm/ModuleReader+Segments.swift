/// Segments, which initialize tables and memories (WebAssembly 3.0, "Binary Format", Element Section, Data Section).
extension ModuleReader {
    mutating func readElements() throws(ModuleReadError) {
        for _ in 0..<(try bytes.count(of: "element segments", limit: Self.entryLimit)) { try readElement() }
    }

    private mutating func readElement() throws(ModuleReadError) {
        let start = bytes.offset
        let flags = try bytes.unsigned("the kind of an element segment")
        guard flags < 8 else {
            throw .problem(.invalid("an element segment has the unknown kind \(flags)", at: start))
        }
        let isActive = flags & 1 == 0
        let hasExpressions = flags & 4 != 0
        var table = 0
        var target: Constant?
        if isActive {
            if flags & 2 != 0 { table = try bytes.unsigned("the index of a table") }
            guard table < tables.count else {
                throw .problem(
                    .invalid("an element segment is for table \(table), which does not exist", at: start)
                )
            }
            target = try readConstant(
                of: tables[table].limits.is64 ? .i64 : .i32,
                "the offset of an element segment"
            )
        }
        let type = try readElementType(flags)
        if isActive, !types.matches(type, tables[table].type) {
            throw .problem(
                .invalid("a segment of \(type) is for a table of \(tables[table].type)", at: start)
            )
        }
        elements.append(type)
        if flags & 3 == 1 || flags & 3 == 3 { use(.bulkMemory, at: start) }
        let count = try bytes.count(of: "elements", limit: Self.elementLimit)
        for _ in 0..<count {
            if hasExpressions {
                _ = try readConstant(of: type, "an element")
            } else {
                let offset = bytes.offset
                let index = try bytes.unsigned("the index of a function")
                guard index < functions.count else {
                    throw .problem(
                        .invalid("an element refers to function \(index), which does not exist", at: offset)
                    )
                }
                declare(index)
            }
        }
        guard let target, let value = target.value else { return }
        let limits = tables[table].limits
        noteOutOfBounds(value, count, limits.minimum, limits, "an element segment", "the table", at: start)
    }

    /// Reads the type of the entries of an element segment.
    private mutating func readElementType(_ flags: Int) throws(ModuleReadError) -> StackType {
        let start = bytes.offset
        let hasExpressions = flags & 4 != 0
        let function = StackType(.function, isNullable: hasExpressions)
        // The kinds 0 and 4 omit it.
        guard flags & 3 != 0 else { return function }
        guard hasExpressions else {
            let kind = try bytes.byte("the kind of elements")
            guard kind == 0 else {
                throw .problem(.invalid("elements have the unknown kind \(kind)", at: start))
            }
            return function
        }
        // V8 accepts a segment of numbers as long as nothing uses it.
        return try readType()
    }

    mutating func readData() throws(ModuleReadError) {
        let start = bytes.offset
        let count = try bytes.count(of: "data segments", limit: Self.dataLimit)
        hasData = true
        if let dataCount, dataCount != count {
            throw .problem(
                .invalid(
                    "the data count is \(dataCount), but the number of data segments is \(count)",
                    at: start
                )
            )
        }
        for _ in 0..<count { try readDataSegment() }
    }

    private mutating func readDataSegment() throws(ModuleReadError) {
        let start = bytes.offset
        let flags = try bytes.unsigned("the kind of a data segment")
        guard flags < 3 else {
            throw .problem(.invalid("a data segment has the unknown kind \(flags)", at: start))
        }
        var memory: Limits?
        var target: Constant?
        if flags != 1 {
            let index = flags == 2 ? try bytes.unsigned("the index of a memory") : 0
            guard index < module.memories.count else {
                throw .problem(
                    .invalid("a data segment is for memory \(index), which does not exist", at: start)
                )
            }
            memory = module.memories[index].limits
            target = try readConstant(
                of: module.memories[index].limits.is64 ? .i64 : .i32,
                "the offset of a data segment"
            )
        }
        let size = try bytes.unsigned("the size of a data segment")
        try bytes.skip(size, "a data segment")
        guard let memory, let value = target?.value else { return }
        // Cannot overflow: the limits allow at most 262144 pages.
        noteOutOfBounds(value, size, memory.minimum << 16, memory, "a data segment", "the memory", at: start)
    }

    /// Notes a segment that ends beyond its memory or table; engines reject it at instantiation.
    private mutating func noteOutOfBounds(
        _ target: Int64,
        _ count: Int,
        _ size: UInt64,
        _ limits: Limits,
        _ what: String,
        _ whole: String,
        at start: Int
    ) {
        let first = limits.is64 ? UInt64(bitPattern: target) : UInt64(UInt32(truncatingIfNeeded: target))
        let (end, isTooFar) = first.addingReportingOverflow(UInt64(count))
        guard isTooFar || end > size else { return }
        noteOnce(
            ModuleProblem(
                .segmentOutOfBounds,
                "\(what) of \(count) at \(first) does not fit into \(whole), which has \(size) initially",
                at: start
            )
        )
    }

    /// V8's limits.
    private static let elementLimit = 10_000_000
    private static let dataLimit = 100_000
}
