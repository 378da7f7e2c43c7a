/// Instructions of garbage collection, after 0xFB.
extension InstructionTable {
    var aggregates: [InstructionFamily] {
        [
            .init(0, "struct.new", .structNew),
            .init(1, "struct.new_default", .structNewDefault),
            .init(2, "struct.get", .structGet),
            .init(3, "struct.get_s", .structGetPacked),
            .init(4, "struct.get_u", .structGetPacked),
            .init(5, "struct.set", .structSet),
            .init(6, "array.new", .arrayNew),
            .init(7, "array.new_default", .arrayNewDefault),
            .init(8, "array.new_fixed", .arrayNewFixed),
            .init(9, "array.new_data", .arrayNewData),
            .init(10, "array.new_elem", .arrayNewElements),
            .init(11, "array.get", .arrayGet),
            .init(12, "array.get_s", .arrayGetPacked),
            .init(13, "array.get_u", .arrayGetPacked),
            .init(14, "array.set", .arraySet),
            .init(15, "array.len", .arrayLength),
            .init(16, "array.fill", .arrayFill),
            .init(17, "array.copy", .arrayCopy),
            .init(18, "array.init_data", .arrayInitData),
            .init(19, "array.init_elem", .arrayInitElements),
            .init(20, "ref.test", .referenceTest),
            .init(21, "ref.test", .referenceTest, detail: 1),
            .init(22, "ref.cast", .referenceCast),
            .init(23, "ref.cast", .referenceCast, detail: 1),
            .init(24, "br_on_cast", .branchOnCast),
            .init(25, "br_on_cast_fail", .branchOnCastFail),
            .init(26, "any.convert_extern", .convertExternal),
            .init(27, "extern.convert_any", .convertAny),
            .init(28, "ref.i31", .i31),
            .init(29, "i31.get_s", .i31Get),
            .init(30, "i31.get_u", .i31Get),
        ]
    }
}
