/// Instructions of memories, tables and threads.
extension InstructionTable {
    var memory: [InstructionFamily] {
        [
            load(0x28, "i32.load", .i32, 2),
            load(0x29, "i64.load", .i64, 3),
            load(0x2A, "f32.load", .f32, 2),
            load(0x2B, "f64.load", .f64, 3),
            load(0x2C, "i32.load8_s i32.load8_u", .i32, 0),
            load(0x2E, "i32.load16_s i32.load16_u", .i32, 1),
            load(0x30, "i64.load8_s i64.load8_u", .i64, 0),
            load(0x32, "i64.load16_s i64.load16_u", .i64, 1),
            load(0x34, "i64.load32_s i64.load32_u", .i64, 2),
            store(0x36, "i32.store", .i32, 2),
            store(0x37, "i64.store", .i64, 3),
            store(0x38, "f32.store", .f32, 2),
            store(0x39, "f64.store", .f64, 3),
            store(0x3A, "i32.store8", .i32, 0),
            store(0x3B, "i32.store16", .i32, 1),
            store(0x3C, "i64.store8", .i64, 0),
            store(0x3D, "i64.store16", .i64, 1),
            store(0x3E, "i64.store32", .i64, 2),
            .init(0x3F, "memory.size", .memorySize),
            .init(0x40, "memory.grow", .memoryGrow),
        ]
    }

    /// After 0xFC.
    var saturating: [InstructionFamily] {
        let feature = ModuleFeature.saturatingConversions
        return [
            .init(0, "i32.", "trunc_sat_f32_s trunc_sat_f32_u", [.f32], .i32, feature: feature),
            .init(2, "i32.", "trunc_sat_f64_s trunc_sat_f64_u", [.f64], .i32, feature: feature),
            .init(4, "i64.", "trunc_sat_f32_s trunc_sat_f32_u", [.f32], .i64, feature: feature),
            .init(6, "i64.", "trunc_sat_f64_s trunc_sat_f64_u", [.f64], .i64, feature: feature),
        ]
    }

    /// After 0xFC.
    var bulk: [InstructionFamily] {
        [
            .init(8, "memory.init", .memoryInit),
            .init(9, "data.drop", .dataDrop),
            .init(10, "memory.copy", .memoryCopy),
            .init(11, "memory.fill", .memoryFill),
            .init(12, "table.init", .tableInit),
            .init(13, "elem.drop", .elementDrop),
            .init(14, "table.copy", .tableCopy),
            .init(15, "table.grow", .tableGrow, feature: .referenceTypes),
            .init(16, "table.size", .tableSize, feature: .referenceTypes),
            .init(17, "table.fill", .tableFill, feature: .referenceTypes),
        ]
    }

    /// After 0xFE.
    var atomics: [InstructionFamily] {
        let sizes: [(type: StackType, name: String, width: Int, suffix: String)] = [
            (.i32, "i32", 2, ""), (.i64, "i64", 3, ""),
            (.i32, "i32", 0, "8"), (.i32, "i32", 1, "16"),
            (.i64, "i64", 0, "8"), (.i64, "i64", 1, "16"), (.i64, "i64", 2, "32"),
        ]
        let changes = ["add", "sub", "and", "or", "xor", "xchg", "cmpxchg"]
        var families: [InstructionFamily] = [
            .init(0, "memory.atomic.", "notify", [.i32], .i32, shape: .atomic, detail: 2),
            .init(1, "memory.atomic.", "wait32", [.i32, .i64], .i32, shape: .atomic, detail: 2),
            .init(2, "memory.atomic.", "wait64", [.i64, .i64], .i32, shape: .atomic, detail: 3),
            .init(3, "atomic.fence", .fence),
        ]
        for (index, size) in sizes.enumerated() {
            let sign = size.suffix.isEmpty ? "" : "_u"
            let group = "\(size.name).atomic."
            families += [
                .init(
                    0x10 + index,
                    group,
                    "load\(size.suffix)\(sign)",
                    [],
                    size.type,
                    shape: .atomic,
                    detail: size.width
                ),
                .init(
                    0x17 + index,
                    group,
                    "store\(size.suffix)",
                    [size.type],
                    shape: .atomic,
                    detail: size.width
                ),
            ]
            for (position, change) in changes.enumerated() {
                families.append(
                    .init(
                        0x1E + 7 * position + index,
                        group,
                        "rmw\(size.suffix).\(change)\(sign)",
                        [StackType](repeating: size.type, count: change == "cmpxchg" ? 2 : 1),
                        size.type,
                        shape: .atomic,
                        detail: size.width
                    )
                )
            }
        }
        return families
    }

    private func load(_ code: Int, _ names: String, _ type: StackType, _ width: Int) -> InstructionFamily {
        .init(code, "", names, [], type, shape: .memory, detail: width)
    }

    private func store(_ code: Int, _ name: String, _ type: StackType, _ width: Int) -> InstructionFamily {
        .init(code, "", name, [type], shape: .memory, detail: width)
    }
}
